#pragma once

#include <napi.h>

#include <optional>
#include <string>

#include "sys_error.h"

namespace sockwatch {

// The JavaScript form of a SysError: an Error whose message is one line, with `code` (such as "EPERM"),
// `errno` (positive), `syscall` and `subject`, in the shape of Node's own system errors. src/kernel/addon.ts
// turns it into a SockwatchError.
Napi::Error to_js_error(Napi::Env env, const SysError& error);

}  // namespace sockwatch
