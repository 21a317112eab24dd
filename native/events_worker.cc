#include "events_worker.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>
#include <new>
#include <utility>

#include "errors.h"
#include "event_stream.h"
#include "promise_worker.h"

namespace sockwatch {
namespace {

int64_t nanoseconds_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A CLOCK_BOOTTIME time as milliseconds since the epoch.
double wall_clock_ms(uint64_t boot_time) {
  const int64_t ago = nanoseconds_of(CLOCK_BOOTTIME) - static_cast<int64_t>(boot_time);
  return static_cast<double>(nanoseconds_of(CLOCK_REALTIME) - ago) / 1e6;
}

Napi::Value to_js(Napi::Env env, const Event& event) {
  auto object = Napi::Object::New(env);
  const auto number = [&](const char* name, double value) {
    object.Set(name, Napi::Number::New(env, value));
  };
  const auto big = [&](const char* name, uint64_t value) { object.Set(name, Napi::BigInt::New(env, value)); };
  number("at", wall_clock_ms(event.time));
  number("sinceBootMs", static_cast<double>(event.time) / 1e6);
  big("cookie", event.cookie);
  big("cgroup", event.cgroup);
  number("kind", event.kind);
  number("pid", event.pid);
  number("fd", event.fd);
  number("netns", event.netns);
  number("inode", event.inode);
  number("device", event.device);
  number("error", event.error);
  number("family", event.family);
  number("type", event.type);
  number("protocol", event.protocol);
  number("port", event.port);
  number("v6only", event.v6only);
  object.Set("address", to_typed_array(env, event.address, sizeof(event.address)));
  object.Set("name", to_typed_array(env, event.name, std::min<size_t>(event.name_size, sizeof(event.name))));
  const auto* comm = reinterpret_cast<const uint8_t*>(event.comm);
  object.Set("comm", to_typed_array(env, comm, ::strnlen(event.comm, sizeof(event.comm))));
  return object;
}

struct Subscription;
void call_on_ready(Napi::Env env, Napi::Function on_ready, Subscription* subscription, void*);
using OnReady = Napi::TypedThreadSafeFunction<Subscription, void, call_on_ready>;

// A stream and the JavaScript function that its thread calls. The thread must end before the function is
// released.
struct Subscription {
  EventStream stream;
  OnReady on_ready;
  bool open = false;

  void close() {
    if (!std::exchange(open, false)) return;
    stream.close();
    on_ready.Release();
  }
};

void call_on_ready(Napi::Env env, Napi::Function on_ready, Subscription* subscription, void*) {
  // Both are null when the environment is being torn down.
  if (env && !on_ready.IsEmpty() && subscription->open) on_ready.Call({});
}

using SharedSubscription = std::shared_ptr<Subscription>;

// The function's finalizer shares ownership of the subscription. It runs after Subscription::close(), or when
// the environment is torn down: the thread must end then, before the function does.
SharedSubscription subscribe(Napi::Env env, const Napi::Function& on_ready) {
  auto subscription = std::make_shared<Subscription>();
  auto shared = std::make_unique<SharedSubscription>(subscription);
  subscription->on_ready = OnReady::New(
      env, on_ready, "k8s-sockwatch events", 0, 1, subscription.get(),
      [](Napi::Env, SharedSubscription* finalized, Subscription*) {
        const std::unique_ptr<SharedSubscription> owned(finalized);
        (*owned)->stream.close();
        (*owned)->open = false;
      },
      shared.get());
  static_cast<void>(shared.release());
  subscription->open = true;
  return subscription;
}

Napi::Value take_to_js(Napi::Env env, EventStream& stream) {
  auto events = Napi::Array::New(env);
  uint32_t count = 0;
  const auto [lost, suppressed] = stream.take([&](const Event& event) {
    const Napi::HandleScope scope(env);
    events.Set(count, to_js(env, event));
    count++;
  });
  auto object = Napi::Object::New(env);
  object.Set("events", events);
  object.Set("lost", Napi::Number::New(env, static_cast<double>(lost)));
  object.Set("suppressed", Napi::Number::New(env, static_cast<double>(suppressed)));
  return object;
}

Napi::Value open_subscription(Napi::Env env, const SharedSubscription& subscription, uint32_t netns) {
  // Calling fails only while the function is being released, when events are no longer wanted.
  const Failure failure = subscription->stream.open(
      netns, [on_ready = subscription->on_ready] { static_cast<void>(on_ready.NonBlockingCall()); });
  if (failure) {
    to_js_error(env, *failure).ThrowAsJavaScriptException();
    return {};
  }
  const auto take = [subscription](const Napi::CallbackInfo& info) {
    return with_js_exceptions(info.Env(), [&] { return take_to_js(info.Env(), subscription->stream); });
  };
  const auto close = [subscription](const Napi::CallbackInfo&) { subscription->close(); };
  auto handle = Napi::Object::New(env);
  handle.Set("method", Napi::String::New(env, subscription->stream.method()));
  handle.Set("take", Napi::Function::New(env, take, "take"));
  handle.Set("close", Napi::Function::New(env, close, "close"));
  return handle;
}

}  // namespace

Napi::Value open_events(const Napi::CallbackInfo& info) {
  const auto subscription = subscribe(info.Env(), info[0].As<Napi::Function>());
  const uint32_t netns = info[1].IsNumber() ? info[1].As<Napi::Number>().Uint32Value() : 0;
  Napi::Value handle;
  try {
    handle = open_subscription(info.Env(), subscription, netns);
  } catch (const std::bad_alloc&) {
    subscription->close();
    throw;
  }
  if (handle.IsEmpty()) subscription->close();
  return handle;
}

}  // namespace sockwatch
