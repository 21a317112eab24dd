#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "messages.h"

namespace sockwatch::test {

// The result of one recvmsg() call.
struct Answer {
  Datagram bytes;
  int error = 0;        // errno, instead of bytes
  uint32_t sender = 0;  // netlink port, 0 for the kernel
};

// The kernel's side of a netlink socket. The executable is linked with `-Wl,--wrap` for the system calls of
// native/netlink_socket.cc (WRAPPED in unit.ts).
struct FakeKernel {
  static constexpr uint32_t kPort = 4242;  // assigned by bind()

  // For each attempt, the results of its recvmsg() calls. Further calls fail with ENODATA.
  std::deque<std::vector<Answer>> attempts;

  std::string failing_call;        // this call fails …
  int failing_errno = 0;           // … with this
  int interrupted_sends = 0;       // number of sendmsg() calls that fail with EINTR
  std::vector<Datagram> requests;  // messages sent
  uint32_t request_to = UINT32_MAX;
  int sockets = 0;           // number of sockets opened
  int receives = 0;          // number of recvmsg() calls
  size_t max_buffer = 0;     // largest buffer passed to recvmsg()
  long timeout_seconds = 0;  // SO_RCVTIMEO

  // The one in use.
  static FakeKernel* current;
};

}  // namespace sockwatch::test
