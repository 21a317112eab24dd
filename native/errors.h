#pragma once

#include <napi.h>

#include <new>

#include "sys_error.h"

namespace sockwatch {

// A SysError as a JavaScript Error with a one-line message and the properties `code` (such as "EPERM"),
// `errno` (positive), `syscall` and `subject`, like Node's own system errors. src/kernel/addon.ts turns it
// into a SockwatchError.
Napi::Error to_js_error(Napi::Env env, const SysError& error);

// The same for std::bad_alloc, without allocating C++ memory.
Napi::Error out_of_memory_error(Napi::Env env);

// Calls a function that JavaScript has called. The addon's N-API frames are built without exceptions, so one
// that escapes would end the process: std::bad_alloc is thrown as a JavaScript exception instead.
template <typename Work>
Napi::Value with_js_exceptions(Napi::Env env, Work work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    out_of_memory_error(env).ThrowAsJavaScriptException();
    return env.Undefined();
  }
}

}  // namespace sockwatch
