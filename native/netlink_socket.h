#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "file_descriptor.h"
#include "netlink_messages.h"
#include "sys_error.h"

namespace sockwatch {

// How a dump went, besides what it brought.
struct DumpReport {
  bool interrupted = false;  // the table changed during every attempt: entries may be missing or doubled
  uint32_t attempts = 0;
};

// Asks sock_diag for a dump and gives the payload of each message to `each` (false: malformed). `begin` is
// called before every attempt and forgets what the one before brought: a dump is begun again, a few times,
// after an interruption by changes of the table and after ENOBUFS. `netns` is the path of a network
// namespace, empty: this one. `subject` names the table in errors.
Failure dump_sock_diag(const std::string& netns, const std::vector<uint8_t>& request,
                       const std::string& subject, const std::function<void()>& begin,
                       const std::function<bool(Bytes)>& each, DumpReport& report);

}  // namespace sockwatch
