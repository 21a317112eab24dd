#pragma once

#include <napi.h>

namespace sockwatch {

// dumpNetlink(netns, protocol, type, payload: Uint8Array, subject) ->
//   Promise<{ payloads: Uint8Array, ends: Uint32Array, interrupted, attempts }>
// The payloads of all messages of a netlink dump, one after the other. `subject` names it in errors.
Napi::Value dump_netlink_messages(const Napi::CallbackInfo& info);

// watchRoutes(netns, onChange) -> close(): calls back after links, addresses or routes have changed.
Napi::Value watch_routes(const Napi::CallbackInfo& info);

}  // namespace sockwatch
