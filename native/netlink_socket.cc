#include "netlink_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <utility>

namespace sockwatch {
namespace {

constexpr uint32_t kAttempts = 4;
constexpr uint32_t kSequence = 1;  // any number: each socket carries one dump

// Datagrams of a dump have up to 32 KiB (netlink_dump() in net/netlink/af_netlink.c).
constexpr size_t kReceiveBytes = 64 * 1024;

// The kernel replies immediately. The timeout is there so that a kernel bug cannot block a capture forever.
constexpr timeval kReceiveTimeout{10, 0};

// Reused by each thread: clearing a new buffer would take longer than a dump of listeners.
std::vector<uint8_t>& receive_buffer() {
  thread_local std::vector<uint8_t> buffer(kReceiveBytes);
  return buffer;
}

std::string protocol_name(int protocol) {
  switch (protocol) {
    case NETLINK_ROUTE:
      return "NETLINK_ROUTE";
    case NETLINK_SOCK_DIAG:
      return "NETLINK_SOCK_DIAG";
    case NETLINK_GENERIC:
      return "NETLINK_GENERIC";
    default:
      return "AF_NETLINK";
  }
}

Failure open_here(int protocol, uint32_t groups, FileDescriptor& out, uint32_t& port) {
  FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol));
  if (!fd) return SysError{"socket", errno, protocol_name(protocol)};
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  socklen_t size = sizeof(address);
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return SysError{"bind", errno, protocol_name(protocol)};
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return SysError{"getsockname", errno, protocol_name(protocol)};
  port = address.nl_pid;
  out = std::move(fd);
  return std::nullopt;
}

// One attempt at a dump.
class Dump {
 public:
  explicit Dump(const DumpRequest& request) : request_(request) {}
  Failure open(const SharedNetns& netns);
  Failure send();
  Failure receive(const std::function<bool(Bytes)>& each, bool& interrupted);
  // The next datagram, which may be the last one. `flags` as in recvmsg(2).
  Failure receive_part(int flags, const std::function<bool(Bytes)>& each, bool& interrupted, bool& done);

 private:
  Failure receive_datagram(int flags, Bytes& datagram);

  const DumpRequest& request_;
  FileDescriptor fd_;
  uint32_t port_ = 0;
};

Failure Dump::open(const SharedNetns& netns) {
  if (auto failure = open_netlink(netns, request_.protocol, 0, fd_, port_)) return failure;
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof(kReceiveTimeout)) != 0)
    return SysError{"setsockopt", errno, "SO_RCVTIMEO"};
  return std::nullopt;
}

Failure Dump::send() {
  const auto& payload = request_.payload;
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + payload.size());
  header.nlmsg_type = request_.type;
  header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header.nlmsg_seq = kSequence;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  iovec parts[] = {{&header, sizeof(header)}, {const_cast<uint8_t*>(payload.data()), payload.size()}};
  msghdr message{};
  message.msg_name = &kernel;
  message.msg_namelen = sizeof(kernel);
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  while (::sendmsg(fd_.get(), &message, 0) < 0) {
    if (errno != EINTR) return SysError{"sendmsg", errno, request_.subject};
  }
  return std::nullopt;
}

Failure Dump::receive_datagram(int flags, Bytes& datagram) {
  auto& buffer = receive_buffer();
  for (;;) {
    sockaddr_nl sender{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof(sender);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(fd_.get(), &message, flags);
    if (size < 0) {
      if (errno == EINTR) continue;
      return SysError{"recvmsg", errno == EAGAIN ? ETIMEDOUT : errno, request_.subject};
    }
    // A truncated datagram is not parsed: nothing in it shows that its tail is missing.
    if (message.msg_flags & MSG_TRUNC) return SysError{"recvmsg", EMSGSIZE, request_.subject};
    if (sender.nl_pid != 0) continue;  // any process may send to a netlink port; only the kernel has port 0
    datagram = {buffer.data(), static_cast<size_t>(size)};
    return std::nullopt;
  }
}

Failure Dump::receive_part(int flags, const std::function<bool(Bytes)>& each, bool& interrupted, bool& done) {
  Bytes datagram;
  if (auto failure = receive_datagram(flags, datagram)) return failure;
  const WalkResult result = walk_messages(datagram, {kSequence, port_}, each);
  interrupted |= result.interrupted;
  done = result.done;
  if (result.malformed) return SysError{"recvmsg", EPROTO, request_.subject};
  if (result.error != 0) return SysError{"NLMSG_ERROR", result.error, request_.subject};
  return std::nullopt;
}

Failure Dump::receive(const std::function<bool(Bytes)>& each, bool& interrupted) {
  for (bool done = false; !done;) {
    if (auto failure = receive_part(0, each, interrupted, done)) return failure;
  }
  return std::nullopt;
}

}  // namespace

Failure open_netlink(const SharedNetns& netns, int protocol, uint32_t groups, FileDescriptor& socket,
                     uint32_t& port) {
  return run_in_netns_or_here(netns, [&] { return open_here(protocol, groups, socket, port); });
}

Failure dump_netlink(const SharedNetns& netns, const DumpRequest& request, const std::function<void()>& begin,
                     const std::function<bool(Bytes)>& each, DumpReport& report) {
  for (report.attempts = 1;; report.attempts++) {
    // A new socket for each attempt: the old one may still hold the rest of an abandoned dump.
    Dump dump(request);
    report.interrupted = false;
    begin();
    if (auto failure = dump.open(netns)) return failure;
    if (auto failure = dump.send()) return failure;
    Failure failure = dump.receive(each, report.interrupted);
    const bool retry = report.interrupted || (failure && failure->number == ENOBUFS);
    if (!retry || report.attempts == kAttempts) return failure;
  }
}

bool dump_at_once(const DumpRequest& request, const std::function<void()>& begin,
                  const std::function<bool(Bytes)>& each, DumpReport& report) {
  Dump dump(request);
  report = {false, 1};
  begin();
  if (dump.open(nullptr) || dump.send()) return false;
  // The kernel makes a part of the answer in each call: the first of a page or two, the last with its end
  // alone.
  bool done = false;
  for (int parts = 0; parts < 4 && !done; parts++) {
    if (dump.receive_part(MSG_DONTWAIT, each, report.interrupted, done)) return false;
  }
  return done && !report.interrupted;
}

}  // namespace sockwatch
