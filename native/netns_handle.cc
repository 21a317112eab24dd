#include "netns_handle.h"

#include <cerrno>
#include <memory>
#include <utility>

#include "errors.h"

namespace sockwatch {
namespace {

// What a JavaScript object wraps.
struct Handle {
  SharedNetns netns;
};

SharedNetns closed(const std::string& path) {
  auto netns = std::make_shared<Netns>();
  netns->path = path;
  return netns;
}

Handle* handle_in(Napi::Env env, const Napi::Value& value) {
  void* data = nullptr;
  return napi_unwrap(env, value, &data) == napi_ok ? static_cast<Handle*>(data) : nullptr;
}

Napi::Value close_handle(const Napi::CallbackInfo& info) {
  if (Handle* handle = handle_in(info.Env(), info.This())) handle->netns = closed(handle->netns->path);
  return info.Env().Undefined();
}

Failure open_and_enter(const std::string& path, Netns& netns) {
  if (auto failure = open_netns(path, netns)) return failure;
  // Opening a namespace takes fewer privileges than entering it.
  return run_in_netns(netns, [] { return std::nullopt; });
}

}  // namespace

Napi::Value open_netns_handle(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto netns = std::make_shared<Netns>();
  if (auto failure = open_and_enter(info[0].As<Napi::String>().Utf8Value(), *netns)) {
    to_js_error(env, *failure).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  auto handle = std::make_unique<Handle>(Handle{netns});
  auto object = Napi::Object::New(env);
  const auto finalize = [](napi_env, void* data, void*) { delete static_cast<Handle*>(data); };
  // Fails in an environment that is being torn down.
  if (napi_wrap(env, object, handle.get(), finalize, nullptr, nullptr) != napi_ok) return env.Undefined();
  static_cast<void>(handle.release());
  const auto close = [](const Napi::CallbackInfo& info) {
    return with_js_exceptions(info.Env(), [&] { return close_handle(info); });
  };
  object.Set("inode", Napi::BigInt::New(env, netns->inode));
  object.Set("close", Napi::Function::New(env, close, "close"));
  return object;
}

Napi::Value own_netns_inode(const Napi::CallbackInfo& info) {
  Netns netns;
  // Not /proc/self, which is the main thread: a worker thread may have moved.
  if (auto failure = open_netns("/proc/thread-self/ns/net", netns)) {
    to_js_error(info.Env(), *failure).ThrowAsJavaScriptException();
    return info.Env().Undefined();
  }
  return Napi::BigInt::New(info.Env(), netns.inode);
}

SharedNetns netns_argument(const Napi::Value& value) {
  if (value.IsNull()) return nullptr;
  const Handle* handle = handle_in(value.Env(), value);
  return handle != nullptr ? handle->netns : closed("");
}

}  // namespace sockwatch
