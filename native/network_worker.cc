#include "network_worker.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstdint>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "errors.h"
#include "netlink_socket.h"
#include "netns_handle.h"
#include "promise_worker.h"
#include "route_changes.h"
#include "subscription.h"

namespace sockwatch {
namespace {

struct Messages {
  std::vector<uint8_t> payloads;
  std::vector<uint32_t> ends;  // end of each payload; it starts at the previous one's end
  DumpReport report;
};

Failure read_messages(const SharedNetns& netns, const DumpRequest& request, Messages& messages) {
  // Opening other protocols, or a dump of NETLINK_SOCK_DIAG, can make the kernel load a module. The tables of
  // sock_diag have functions of their own (capture_worker.cc), which src/kernel/sockets/sock_diag.ts guards.
  if (request.protocol != NETLINK_ROUTE && request.protocol != NETLINK_GENERIC)
    return SysError{"socket", EPROTONOSUPPORT, request.subject};
  return dump_netlink(
      netns, request,
      [&] {
        messages.payloads.clear();
        messages.ends.clear();
      },
      [&](Bytes payload) {
        messages.payloads.insert(messages.payloads.end(), payload.data, payload.data + payload.size);
        messages.ends.push_back(static_cast<uint32_t>(messages.payloads.size()));
        return true;
      },
      messages.report);
}

Napi::Value messages_to_js(Napi::Env env, Messages& messages) {
  auto object = Napi::Object::New(env);
  object.Set("payloads", to_typed_array(env, messages.payloads));
  object.Set("ends", to_typed_array(env, messages.ends));
  object.Set("interrupted", Napi::Boolean::New(env, messages.report.interrupted));
  object.Set("attempts", Napi::Number::New(env, messages.report.attempts));
  return object;
}

using RouteSubscription = Subscription<RouteChanges>;

}  // namespace

Napi::Value dump_netlink_messages(const Napi::CallbackInfo& info) {
  const auto payload = info[3].As<Napi::Uint8Array>();
  DumpRequest request;
  request.protocol = info[1].As<Napi::Number>().Int32Value();
  request.type = static_cast<uint16_t>(info[2].As<Napi::Number>().Uint32Value());
  request.payload.assign(payload.Data(), payload.Data() + payload.ElementLength());
  request.subject = info[4].As<Napi::String>().Utf8Value();
  return PromiseWorker<Messages>::start(
      info.Env(),
      [netns = netns_argument(info[0]), request = std::move(request)](Messages& messages) {
        return read_messages(netns, request, messages);
      },
      messages_to_js);
}

Napi::Value watch_routes(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const SharedNetns netns = netns_argument(info[0]);
  const auto subscription =
      RouteSubscription::create(env, info[1].As<Napi::Function>(), "k8s-sockwatch routes");
  if (!subscription) return env.Undefined();
  try {
    // The thread ends before its subscription does.
    const auto failure =
        subscription->source.open(netns, [watched = subscription.get()] { watched->notify(); });
    if (!failure) {
      const auto close = [subscription](const Napi::CallbackInfo&) { subscription->close(); };
      return Napi::Function::New(env, close, "close");
    }
    subscription->close();
    to_js_error(env, *failure).ThrowAsJavaScriptException();
    return env.Undefined();
  } catch (const std::bad_alloc&) {
    subscription->close();
    throw;
  }
}

}  // namespace sockwatch
