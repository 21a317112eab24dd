#pragma once

#include <napi.h>

namespace sockwatch {

// connectTcp(netns, address, port, ms) -> Promise<fd>: a connected TCP socket, made in that network
// namespace. Rejects with ETIMEDOUT once that time is over. The caller closes the descriptor.
Napi::Value connect_tcp(const Napi::CallbackInfo& info);

}  // namespace sockwatch
