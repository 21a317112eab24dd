#include "connect_worker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <utility>

#include "file_descriptor.h"
#include "netns_handle.h"
#include "promise_worker.h"

namespace sockwatch {
namespace {

using Clock = std::chrono::steady_clock;

struct Target {
  std::string address;
  uint16_t port = 0;
  int ms = 0;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// False for anything but a numeric address.
bool parse_address(const Target& target, SocketAddress& parsed) {
  auto* in4 = reinterpret_cast<sockaddr_in*>(&parsed.storage);
  if (::inet_pton(AF_INET, target.address.c_str(), &in4->sin_addr) == 1) {
    in4->sin_family = AF_INET;
    in4->sin_port = htons(target.port);
    parsed.size = sizeof(sockaddr_in);
    return true;
  }
  auto* in6 = reinterpret_cast<sockaddr_in6*>(&parsed.storage);
  if (::inet_pton(AF_INET6, target.address.c_str(), &in6->sin6_addr) != 1) return false;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(target.port);
  parsed.size = sizeof(sockaddr_in6);
  return true;
}

Failure wait_until_connected(int fd, const Target& target, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd one{fd, POLLOUT, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::max<int64_t>(left, 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return SysError{"poll", errno, target.address};
    if (ready == 0) return SysError{"connect", ETIMEDOUT, target.address};
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      return SysError{"getsockopt", errno, target.address};
    if (error != 0) return SysError{"connect", error, target.address};
    return std::nullopt;
  }
}

Failure connect(const SharedNetns& netns, const Target& target, FileDescriptor& out) {
  const auto end = Clock::now() + std::chrono::milliseconds(target.ms);
  SocketAddress to;
  if (!parse_address(target, to)) return SysError{"connect", EINVAL, target.address};
  FileDescriptor fd;
  const auto open = [&]() -> Failure {
    fd = FileDescriptor(::socket(to.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return SysError{"socket", errno, target.address};
    return std::nullopt;
  };
  if (auto failure = run_in_netns_or_here(netns, open)) return failure;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.size) != 0) {
    // An interrupted connect() goes on in the background, as a non-blocking one does (connect(2)).
    if (errno != EINPROGRESS && errno != EINTR) return SysError{"connect", errno, target.address};
    if (auto failure = wait_until_connected(fd.get(), target, end)) return failure;
  }
  out = std::move(fd);
  return std::nullopt;
}

// The descriptor is the caller's once JavaScript has its number.
Napi::Value descriptor_to_js(Napi::Env env, FileDescriptor& fd) {
  const auto number = Napi::Number::New(env, fd.get());
  if (!number.IsEmpty()) static_cast<void>(fd.release());
  return number;
}

}  // namespace

Napi::Value connect_tcp(const Napi::CallbackInfo& info) {
  Target target;
  target.address = info[1].As<Napi::String>().Utf8Value();
  target.port = static_cast<uint16_t>(info[2].As<Napi::Number>().Uint32Value());
  target.ms = info[3].As<Napi::Number>().Int32Value();
  return PromiseWorker<FileDescriptor>::start(
      info.Env(),
      [netns = netns_argument(info[0]), target = std::move(target)](FileDescriptor& fd) {
        return connect(netns, target, fd);
      },
      descriptor_to_js);
}

}  // namespace sockwatch
