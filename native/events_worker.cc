#include "events_worker.h"

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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

// Milliseconds since the epoch of a moment on CLOCK_BOOTTIME.
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
  object.Set("address", to_typed_array(env, {event.address, event.address + sizeof(event.address)}));
  const size_t name_size = std::min<size_t>(event.name_size, sizeof(event.name));
  object.Set("name", to_typed_array(env, {event.name, event.name + name_size}));
  const auto* comm_end = std::find(event.comm, event.comm + sizeof(event.comm), '\0');
  object.Set("comm", to_typed_array(env, std::vector<uint8_t>(event.comm, comm_end)));
  return object;
}

struct Subscription;
void call_back(Napi::Env env, Napi::Function callback, Subscription* subscription, void*);
using Callback = Napi::TypedThreadSafeFunction<Subscription, void, call_back>;

// The stream and the way back to JavaScript, which must end in this order: thread first, then the function it
// calls.
struct Subscription {
  EventStream stream;
  Callback callback;
  bool open = false;

  void close() {
    if (!std::exchange(open, false)) return;
    stream.close();
    callback.Release();
  }
};

void call_back(Napi::Env env, Napi::Function callback, Subscription* subscription, void*) {
  // Both are null when the environment is going down.
  if (env && !callback.IsEmpty() && subscription->open) callback.Call({});
}

Napi::Value take_to_js(Napi::Env env, EventStream& stream) {
  std::vector<Event> taken;
  const uint64_t lost = stream.take(taken);
  auto events = Napi::Array::New(env, taken.size());
  for (size_t at = 0; at < taken.size(); at++) events.Set(static_cast<uint32_t>(at), to_js(env, taken[at]));
  auto object = Napi::Object::New(env);
  object.Set("events", events);
  object.Set("lost", Napi::Number::New(env, static_cast<double>(lost)));
  return object;
}

}  // namespace

Napi::Value open_events(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto subscription = std::make_shared<Subscription>();
  // The finalizer runs when the function has been released, or when the environment goes down: then the
  // thread must end before the function does.
  auto* kept = std::make_unique<std::shared_ptr<Subscription>>(subscription).release();
  subscription->callback = Callback::New(
      env, info[0].As<Napi::Function>(), "k8s-sockwatch events", 0, 1, subscription.get(),
      [](Napi::Env, std::shared_ptr<Subscription>* held, Subscription*) {
        const std::unique_ptr<std::shared_ptr<Subscription>> owned(held);
        (*owned)->stream.close();
        (*owned)->open = false;
      },
      kept);
  const Failure failure = subscription->stream.open([callback = subscription->callback] {
    // Refused only when the function is being released, and then nobody waits for events.
    static_cast<void>(callback.NonBlockingCall());
  });
  subscription->open = true;
  if (failure) {
    subscription->close();
    to_js_error(env, *failure).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  auto handle = Napi::Object::New(env);
  handle.Set("take", Napi::Function::New(
                         env,
                         [subscription](const Napi::CallbackInfo& call) {
                           return take_to_js(call.Env(), subscription->stream);
                         },
                         "take"));
  handle.Set("close",
             Napi::Function::New(
                 env, [subscription](const Napi::CallbackInfo&) { subscription->close(); }, "close"));
  return handle;
}

}  // namespace sockwatch
