#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "netlink_messages.h"
#include "netns.h"
#include "sys_error.h"

namespace sockwatch {

// What to dump.
struct DumpRequest {
  int protocol = 0;   // NETLINK_SOCK_DIAG, … (linux/netlink.h)
  uint16_t type = 0;  // nlmsg_type
  std::vector<uint8_t> payload;
  std::string subject;  // names the table in errors
};

struct DumpReport {
  bool interrupted = false;  // the table changed during every attempt: entries may be missing or duplicated
  uint32_t attempts = 0;
};

// Requests a dump and calls `each` with the payload of each message; it returns false for one that is
// malformed. The dump is retried a few times after ENOBUFS, and after the table has changed during it.
// `begin` is called before every attempt, to discard the results of the previous one.
Failure dump_netlink(const SharedNetns& netns, const DumpRequest& request, const std::function<void()>& begin,
                     const std::function<bool(Bytes)>& each, DumpReport& report);

// The same in the caller's namespace for a dump of at most a few hundred sockets, without waiting for
// anything. False: it failed, is larger or was interrupted, and what was collected is not complete.
bool dump_at_once(const DumpRequest& request, const std::function<void()>& begin,
                  const std::function<bool(Bytes)>& each, DumpReport& report);

// Opens a socket in a network namespace and binds it to the multicast groups that are set in `groups`.
// `port` is the address that it got.
Failure open_netlink(const SharedNetns& netns, int protocol, uint32_t groups, FileDescriptor& socket,
                     uint32_t& port);

}  // namespace sockwatch
