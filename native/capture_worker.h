#pragma once

#include <napi.h>

namespace sockwatch {

// dumpInet(netns, family, protocol, states) -> Promise<{ count, interrupted, attempts, …InetColumns }>
Napi::Value dump_inet(const Napi::CallbackInfo& info);

// dumpUnix(netns, states) -> Promise<{ count, interrupted, attempts, …UnixColumns }>
Napi::Value dump_unix(const Napi::CallbackInfo& info);

// decodeInet(bytes), decodeUnix(bytes): the same columns from captured netlink messages, synchronously.
// `done` tells whether the dump was complete, `malformed` and `error` (errno) how it failed.
Napi::Value decode_inet(const Napi::CallbackInfo& info);
Napi::Value decode_unix(const Napi::CallbackInfo& info);

// readInNetns(netns, path) -> Promise<Uint8Array>: a /proc file as seen inside a network namespace.
Napi::Value read_in_netns(const Napi::CallbackInfo& info);

}  // namespace sockwatch
