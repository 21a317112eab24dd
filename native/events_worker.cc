#include "events_worker.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <new>
#include <utility>

#include "errors.h"
#include "event_stream.h"
#include "promise_worker.h"
#include "subscription.h"

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

using EventSubscription = Subscription<EventStream>;

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

Napi::Value open_subscription(Napi::Env env, const EventSubscription::Shared& subscription, uint32_t netns) {
  // The thread ends before its subscription does.
  const Failure failure =
      subscription->source.open(netns, [opened = subscription.get()] { opened->notify(); });
  if (failure) {
    to_js_error(env, *failure).ThrowAsJavaScriptException();
    return {};
  }
  const auto take = [subscription](const Napi::CallbackInfo& info) {
    return with_js_exceptions(info.Env(), [&] { return take_to_js(info.Env(), subscription->source); });
  };
  const auto close = [subscription](const Napi::CallbackInfo&) { subscription->close(); };
  auto handle = Napi::Object::New(env);
  handle.Set("method", Napi::String::New(env, subscription->source.method()));
  handle.Set("take", Napi::Function::New(env, take, "take"));
  handle.Set("close", Napi::Function::New(env, close, "close"));
  return handle;
}

}  // namespace

Napi::Value open_events(const Napi::CallbackInfo& info) {
  const auto subscription =
      EventSubscription::create(info.Env(), info[0].As<Napi::Function>(), "k8s-sockwatch events");
  if (!subscription) return {};
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
