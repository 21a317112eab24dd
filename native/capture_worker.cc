#include "capture_worker.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <new>
#include <string>

#include "columns_to_js.h"
#include "inet_diag.h"
#include "netlink_socket.h"
#include "netns_handle.h"
#include "promise_worker.h"
#include "read_file.h"
#include "unix_diag.h"

namespace sockwatch {
namespace {

template <typename Columns>
struct Dump {
  Columns columns;
  DumpReport report;
};

template <typename Columns>
Napi::Value dump_to_js(Napi::Env env, Dump<Columns>& dump) {
  auto object = columns_to_js(env, dump.columns);
  object.Set("interrupted", Napi::Boolean::New(env, dump.report.interrupted));
  object.Set("attempts", Napi::Number::New(env, dump.report.attempts));
  return object;
}

// `is_short`: what the kernel has to walk through is no longer than the answer. Handing a small dump to a
// thread and back would take as long as the dump.
template <typename Columns, typename Append>
Napi::Value start_dump(Napi::Env env, const SharedNetns& netns, const DumpRequest& request, Append append,
                       bool is_short = false) {
  typename PromiseWorker<Dump<Columns>>::Attempt attempt;
  if (is_short && !netns) {
    attempt = [&](Dump<Columns>& dump) {
      try {
        return dump_at_once(
            request, [&] { dump.columns = Columns::reserved(); },
            [&](Bytes payload) { return append(payload, dump.columns); }, dump.report);
      } catch (const std::bad_alloc&) {
        return false;
      }
    };
  }
  return PromiseWorker<Dump<Columns>>::start(
      env,
      [netns, request, append](Dump<Columns>& dump) {
        return dump_netlink(
            netns, request, [&] { dump.columns = Columns::reserved(); },
            [&](Bytes payload) { return append(payload, dump.columns); }, dump.report);
      },
      dump_to_js<Columns>, attempt);
}

template <typename Columns, typename Append>
Napi::Value decode(const Napi::CallbackInfo& info, Append append) {
  const auto bytes = info[0].As<Napi::Uint8Array>();
  Bytes rest{bytes.Data(), bytes.ByteLength()};
  // The identity of the socket that the messages were captured on.
  DumpIdentity identity;
  if (nlmsghdr first; read_value(rest, first)) identity = {first.nlmsg_seq, first.nlmsg_pid};
  Columns columns;
  const WalkResult result =
      walk_messages(rest, identity, [&](Bytes payload) { return append(payload, columns); });
  auto object = columns_to_js(info.Env(), columns);
  object.Set("interrupted", Napi::Boolean::New(info.Env(), result.interrupted));
  object.Set("done", Napi::Boolean::New(info.Env(), result.done));
  object.Set("malformed", Napi::Boolean::New(info.Env(), result.malformed));
  object.Set("error", Napi::Number::New(info.Env(), result.error));
  return object;
}

uint32_t number_argument(const Napi::Value& value) { return value.As<Napi::Number>().Uint32Value(); }

std::string table_name(const InetRequest& request) {
  return std::string(request.protocol == IPPROTO_TCP ? "tcp" : "udp") +
         (request.family == AF_INET6 ? " over IPv6" : " over IPv4");
}

DumpRequest diag_request(std::vector<uint8_t> payload, std::string subject) {
  return {NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, std::move(payload), std::move(subject)};
}

}  // namespace

Napi::Value dump_inet(const Napi::CallbackInfo& info) {
  InetRequest request;
  request.family = static_cast<uint8_t>(number_argument(info[1]));
  request.protocol = static_cast<uint8_t>(number_argument(info[2]));
  request.states = number_argument(info[3]);
  return start_dump<InetColumns>(
      info.Env(), netns_argument(info[0]), diag_request(inet_dump_request(request), table_name(request)),
      append_inet_socket, request.protocol == IPPROTO_TCP && request.states == 1U << TCP_LISTEN);
}

Napi::Value dump_unix(const Napi::CallbackInfo& info) {
  return start_dump<UnixColumns>(info.Env(), netns_argument(info[0]),
                                 diag_request(unix_dump_request(number_argument(info[1])), "unix"),
                                 append_unix_socket);
}

Napi::Value decode_inet(const Napi::CallbackInfo& info) {
  return decode<InetColumns>(info, append_inet_socket);
}

Napi::Value decode_unix(const Napi::CallbackInfo& info) {
  return decode<UnixColumns>(info, append_unix_socket);
}

Napi::Value read_in_netns(const Napi::CallbackInfo& info) {
  std::string path = info[1].As<Napi::String>().Utf8Value();
  return PromiseWorker<std::vector<uint8_t>>::start(
      info.Env(),
      [netns = netns_argument(info[0]), path = std::move(path)](std::vector<uint8_t>& bytes) {
        return run_in_netns_or_here(netns, [&] { return read_file(AT_FDCWD, path, kWholeFile, bytes); });
      },
      [](Napi::Env env, std::vector<uint8_t>& bytes) { return to_typed_array(env, bytes); });
}

}  // namespace sockwatch
