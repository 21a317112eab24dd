#pragma once

#include <napi.h>

namespace sockwatch {

// exitAfter(ms, code, message): after that time, writes the message to standard error and ends the process,
// even if its threads hang: JavaScript that takes long would hold off a timer of its event loop.
Napi::Value exit_after(const Napi::CallbackInfo& info);

}  // namespace sockwatch
