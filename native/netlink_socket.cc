#include "netlink_socket.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "netns.h"

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

class NetlinkSocket {
 public:
  Failure open(const std::string& netns);
  Failure send_dump(const std::vector<uint8_t>& payload, const std::string& subject);
  Failure receive_dump(const std::string& subject, const std::function<bool(Bytes)>& each, bool& interrupted);

 private:
  Failure open_here();
  Failure receive_datagram(const std::string& subject, Bytes& datagram);

  FileDescriptor fd_;
  uint32_t port_ = 0;
};

Failure NetlinkSocket::open(const std::string& netns) {
  return run_in_netns_or_here(netns, [this] { return open_here(); });
}

Failure NetlinkSocket::open_here() {
  fd_ = FileDescriptor(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!fd_) return SysError{"socket", errno, "NETLINK_SOCK_DIAG"};
  if (::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &kReceiveTimeout, sizeof(kReceiveTimeout)) != 0)
    return SysError{"setsockopt", errno, "SO_RCVTIMEO"};
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  socklen_t size = sizeof(address);
  if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return SysError{"bind", errno, "NETLINK_SOCK_DIAG"};
  if (::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return SysError{"getsockname", errno, "NETLINK_SOCK_DIAG"};
  port_ = address.nl_pid;
  return std::nullopt;
}

Failure NetlinkSocket::send_dump(const std::vector<uint8_t>& payload, const std::string& subject) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(NLMSG_HDRLEN + payload.size());
  header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
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
    if (errno != EINTR) return SysError{"sendmsg", errno, subject};
  }
  return std::nullopt;
}

Failure NetlinkSocket::receive_datagram(const std::string& subject, Bytes& datagram) {
  auto& buffer = receive_buffer();
  for (;;) {
    sockaddr_nl sender{};
    iovec part{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &sender;
    message.msg_namelen = sizeof(sender);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(fd_.get(), &message, 0);
    if (size < 0) {
      if (errno == EINTR) continue;
      return SysError{"recvmsg", errno == EAGAIN ? ETIMEDOUT : errno, subject};
    }
    // A truncated datagram is not parsed: nothing in it shows that its tail is missing.
    if (message.msg_flags & MSG_TRUNC) return SysError{"recvmsg", EMSGSIZE, subject};
    if (sender.nl_pid != 0) continue;  // any process may send to a netlink port; only the kernel has port 0
    datagram = {buffer.data(), static_cast<size_t>(size)};
    return std::nullopt;
  }
}

Failure NetlinkSocket::receive_dump(const std::string& subject, const std::function<bool(Bytes)>& each,
                                    bool& interrupted) {
  for (;;) {
    Bytes datagram;
    if (auto failure = receive_datagram(subject, datagram)) return failure;
    const WalkResult result = walk_messages(datagram, {kSequence, port_}, each);
    interrupted |= result.interrupted;
    if (result.malformed) return SysError{"recvmsg", EPROTO, subject};
    if (result.error != 0) return SysError{"NLMSG_ERROR", result.error, subject};
    if (result.done) return std::nullopt;
  }
}

}  // namespace

Failure dump_sock_diag(const std::string& netns, const std::vector<uint8_t>& request,
                       const std::string& subject, const std::function<void()>& begin,
                       const std::function<bool(Bytes)>& each, DumpReport& report) {
  for (report.attempts = 1;; report.attempts++) {
    // A new socket for each attempt: the old one may still hold the rest of an abandoned dump.
    NetlinkSocket socket;
    report.interrupted = false;
    begin();
    if (auto failure = socket.open(netns)) return failure;
    if (auto failure = socket.send_dump(request, subject)) return failure;
    Failure failure = socket.receive_dump(subject, each, report.interrupted);
    const bool retry = report.interrupted || (failure && failure->number == ENOBUFS);
    if (!retry || report.attempts == kAttempts) return failure;
  }
}

}  // namespace sockwatch
