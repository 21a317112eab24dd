#include "route_changes.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "netlink_socket.h"

namespace sockwatch {
namespace {

constexpr uint32_t kNexthopGroup = 1U << (RTNLGRP_NEXTHOP - 1);
constexpr uint32_t kGroups = kNexthopGroup | RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE |
                             RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_ROUTE;

// Discards all messages: what has changed is read from the tables. Returns false for an error that stays.
bool drain(int socket) {
  for (;;) {
    char byte = 0;
    if (::recv(socket, &byte, sizeof(byte), MSG_DONTWAIT) >= 0) continue;
    if (errno == EAGAIN) return true;
    // After ENOBUFS messages are missing, so something has changed as well.
    if (errno != EINTR && errno != ENOBUFS && errno != ENOMEM) return false;
  }
}

}  // namespace

Failure RouteChanges::open(const SharedNetns& netns, OnChange on_change) {
  uint32_t port = 0;
  if (auto failure = open_netlink(netns, NETLINK_ROUTE, kGroups, socket_, port)) return failure;
  stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
  if (!stop_) return SysError{"eventfd", errno, ""};
  on_change_ = std::move(on_change);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    return SysError{"pthread_create", error.code().value(), ""};
  }
  return std::nullopt;
}

void RouteChanges::close() {
  if (thread_.joinable()) {
    // Does not fail: it transfers eight bytes, and the counter cannot overflow.
    const uint64_t one = 1;
    static_cast<void>(::write(stop_.get(), &one, sizeof(one)) == sizeof(one));
    thread_.join();
  }
  // JavaScript may keep this object alive until its next garbage collection.
  socket_ = FileDescriptor();
  stop_ = FileDescriptor();
}

void RouteChanges::run() {
  pollfd waited[] = {{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  for (;;) {
    // EINTR or ENOMEM, both temporary.
    if (::poll(waited, 2, -1) < 0) continue;
    if (waited[1].revents != 0) return;
    const bool goes_on = drain(socket_.get());
    on_change_();
    if (!goes_on) return;
  }
}

}  // namespace sockwatch
