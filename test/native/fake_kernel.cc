#include "fake_kernel.h"

#include <fcntl.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

namespace sockwatch::test {

FakeKernel* FakeKernel::current = nullptr;

namespace {

bool fails(const char* call) {
  const FakeKernel& kernel = *FakeKernel::current;
  if (kernel.failing_call != call) return false;
  errno = kernel.failing_errno;
  return true;
}

Datagram gather(const msghdr& message) {
  Datagram all;
  for (size_t at = 0; at < message.msg_iovlen; at++) {
    const auto* bytes = static_cast<const uint8_t*>(message.msg_iov[at].iov_base);
    all.insert(all.end(), bytes, bytes + message.msg_iov[at].iov_len);
  }
  return all;
}

ssize_t deliver(const Answer& answer, msghdr& message) {
  if (answer.error != 0) {
    errno = answer.error;
    return -1;
  }
  const iovec& part = message.msg_iov[0];
  const size_t size = std::min(part.iov_len, answer.bytes.size());
  std::memcpy(part.iov_base, answer.bytes.data(), size);
  if (size < answer.bytes.size()) message.msg_flags |= MSG_TRUNC;
  auto* sender = static_cast<sockaddr_nl*>(message.msg_name);
  sender->nl_family = AF_NETLINK;
  sender->nl_pid = answer.sender;
  return static_cast<ssize_t>(size);
}

}  // namespace
}  // namespace sockwatch::test

using sockwatch::test::FakeKernel;

// NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): these names are the linker's.
extern "C" {

// A real descriptor, so that leaks can be counted.
int __wrap_socket(int, int, int) {
  if (sockwatch::test::fails("socket")) return -1;
  FakeKernel::current->sockets++;
  return ::open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_setsockopt(int, int, int name, const void* value, socklen_t) {
  if (sockwatch::test::fails("setsockopt")) return -1;
  if (name == SO_RCVTIMEO) FakeKernel::current->timeout_seconds = static_cast<const timeval*>(value)->tv_sec;
  return 0;
}

int __wrap_bind(int, const sockaddr*, socklen_t) { return sockwatch::test::fails("bind") ? -1 : 0; }

int __wrap_getsockname(int, sockaddr* address, socklen_t*) {
  if (sockwatch::test::fails("getsockname")) return -1;
  reinterpret_cast<sockaddr_nl*>(address)->nl_pid = FakeKernel::kPort;
  return 0;
}

ssize_t __wrap_sendmsg(int, const msghdr* message, int) {
  FakeKernel& kernel = *FakeKernel::current;
  if (kernel.interrupted_sends-- > 0) {
    errno = EINTR;
    return -1;
  }
  if (sockwatch::test::fails("sendmsg")) return -1;
  kernel.requests.push_back(sockwatch::test::gather(*message));
  kernel.request_to = static_cast<const sockaddr_nl*>(message->msg_name)->nl_pid;
  return static_cast<ssize_t>(kernel.requests.back().size());
}

ssize_t __wrap_recvmsg(int, msghdr* message, int) {
  FakeKernel& kernel = *FakeKernel::current;
  kernel.receives++;
  kernel.max_buffer = std::max(kernel.max_buffer, message->msg_iov[0].iov_len);
  const size_t attempt = kernel.requests.size() - 1;
  if (attempt >= kernel.attempts.size() || kernel.attempts[attempt].empty()) {
    errno = ENODATA;
    return -1;
  }
  auto& script = kernel.attempts[attempt];
  const auto answer = script.front();
  script.erase(script.begin());
  return sockwatch::test::deliver(answer, *message);
}
}
// NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
