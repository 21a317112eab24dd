#include "errors.h"

#include <uv.h>

#include <cerrno>
#include <string>

namespace sockwatch {
namespace {

Napi::Error make_error(Napi::Env env, int number, const char* syscall, const char* subject,
                       const char* message) {
  char code[64];
  uv_err_name_r(-number, code, sizeof(code));
  auto error = Napi::Error::New(env, message);
  error.Set("code", Napi::String::New(env, code));
  error.Set("errno", Napi::Number::New(env, number));
  error.Set("syscall", Napi::String::New(env, syscall));
  error.Set("subject", Napi::String::New(env, subject));
  return error;
}

}  // namespace

Napi::Error to_js_error(Napi::Env env, const SysError& error) {
  char text[128];
  uv_strerror_r(-error.number, text, sizeof(text));
  std::string message = error.syscall;
  if (!error.subject.empty()) message += " " + error.subject;
  message += ": ";
  message += text;
  return make_error(env, error.number, error.syscall.c_str(), error.subject.c_str(), message.c_str());
}

Napi::Error out_of_memory_error(Napi::Env env) {
  return make_error(env, ENOMEM, "malloc", "", "malloc: not enough memory");
}

}  // namespace sockwatch
