#pragma once

#include <napi.h>

#include <atomic>
#include <memory>
#include <utility>

namespace sockwatch {

// A source with a thread of its own, and the JavaScript function that this thread calls. The thread must end
// before the function is released. Source::close() ends the thread, and may be called again.
template <typename Source>
class Subscription {
 public:
  using Shared = std::shared_ptr<Subscription>;

  Source source;

  // Node shares ownership of the subscription until the function is finalized: after close(), or when the
  // environment is torn down. Returns null in an environment that is being torn down already.
  static Shared create(Napi::Env env, const Napi::Function& on_ready, const char* name) {
    auto subscription = std::make_shared<Subscription>();
    auto shared = std::make_unique<Shared>(subscription);
    if (napi_create_threadsafe_function(env, on_ready, nullptr, Napi::String::New(env, name), 0, 1,
                                        shared.get(), finalize, subscription.get(), call,
                                        &subscription->on_ready_) != napi_ok)
      return nullptr;
    static_cast<void>(shared.release());
    subscription->open_ = true;
    return subscription;
  }

  // Calls the function soon, once for all notifications until then. From any thread; fails only while the
  // function is being released, when nothing is wanted any more.
  void notify() {
    if (!pending_.exchange(true))
      static_cast<void>(napi_call_threadsafe_function(on_ready_, nullptr, napi_tsfn_nonblocking));
  }

  void close() {
    if (!std::exchange(open_, false)) return;
    source.close();
    napi_release_threadsafe_function(on_ready_, napi_tsfn_release);
  }

 private:
  static void call(napi_env env, napi_value on_ready, void* context, void* /*data*/) {
    auto* subscription = static_cast<Subscription*>(context);
    subscription->pending_ = false;
    // Both are null when the environment is being torn down.
    if (env != nullptr && on_ready != nullptr && subscription->open_) Napi::Function(env, on_ready).Call({});
  }

  static void finalize(napi_env /*env*/, void* data, void* /*hint*/) {
    const std::unique_ptr<Shared> owned(static_cast<Shared*>(data));
    (*owned)->source.close();
    (*owned)->open_ = false;
  }

  napi_threadsafe_function on_ready_ = nullptr;
  std::atomic<bool> pending_{false};
  bool open_ = false;
};

}  // namespace sockwatch
