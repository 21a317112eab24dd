#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "messages.h"

namespace sockwatch::test {

// What one call of recvmsg() gets.
struct Answer {
  Datagram bytes;
  int error = 0;        // errno, instead of the bytes
  uint32_t sender = 0;  // netlink port; 0 is the kernel's
};

// Stands in for the kernel's side of a netlink socket. The executable is linked with `-Wl,--wrap` for each
// call of native/netlink_socket.cc (see WRAPPED in native.unit.test.ts), so no other part of the program is
// affected.
struct FakeKernel {
  static constexpr uint32_t kPort = 4242;  // what bind() gives to each socket

  // One script for each attempt: what its socket gets, call by call. A script that is used up is a dump that
  // asks for more than there is; the call then fails with ENODATA.
  std::deque<std::vector<Answer>> attempts;

  std::string failing_call;        // this call fails …
  int failing_errno = 0;           // … with this
  int interrupted_sends = 0;       // so many calls of sendmsg() end with EINTR
  std::vector<Datagram> requests;  // what was sent
  uint32_t request_to = UINT32_MAX;
  int sockets = 0;           // that were opened
  int receives = 0;          // calls of recvmsg()
  size_t most_asked = 0;     // largest buffer given to recvmsg()
  long timeout_seconds = 0;  // SO_RCVTIMEO

  // The one that answers now.
  static FakeKernel* current;
};

}  // namespace sockwatch::test
