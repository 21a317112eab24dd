#include "errors.h"

#include <uv.h>

namespace sockwatch {

Napi::Error to_js_error(Napi::Env env, const SysError& error) {
  char name[64];
  char text[128];
  uv_err_name_r(-error.number, name, sizeof(name));
  uv_strerror_r(-error.number, text, sizeof(text));
  std::string message = error.syscall;
  if (!error.subject.empty()) message += " " + error.subject;
  message += ": ";
  message += text;
  auto js = Napi::Error::New(env, message);
  js.Set("code", Napi::String::New(env, name));
  js.Set("errno", Napi::Number::New(env, error.number));
  js.Set("syscall", Napi::String::New(env, error.syscall));
  js.Set("subject", Napi::String::New(env, error.subject));
  return js;
}

}  // namespace sockwatch
