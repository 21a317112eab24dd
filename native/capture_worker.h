#pragma once

#include <napi.h>

namespace sockwatch {

// dumpInet(netns, family, protocol, states) -> Promise<{ count, interrupted, attempts, …InetColumns }>
Napi::Value dump_inet(const Napi::CallbackInfo& info);

// dumpUnix(netns, states) -> Promise<{ count, interrupted, attempts, …UnixColumns }>
Napi::Value dump_unix(const Napi::CallbackInfo& info);

// decodeInet(bytes), decodeUnix(bytes): the same columns out of captured netlink messages, at once.
// `malformed` and `error` (errno) say how the bytes ended, `done` whether the dump was whole. Needs neither
// root nor a kernel.
Napi::Value decode_inet(const Napi::CallbackInfo& info);
Napi::Value decode_unix(const Napi::CallbackInfo& info);

// readInNetns(netns, path) -> Promise<Buffer>: a /proc file as it reads from inside a network namespace.
Napi::Value read_in_netns(const Napi::CallbackInfo& info);

}  // namespace sockwatch
