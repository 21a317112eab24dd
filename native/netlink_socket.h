#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "file_descriptor.h"
#include "netlink_messages.h"
#include "sys_error.h"

namespace sockwatch {

struct DumpReport {
  bool interrupted = false;  // the table changed during every attempt: entries may be missing or duplicated
  uint32_t attempts = 0;
};

// Requests a sock_diag dump and calls `each` with the payload of each message; it returns false for one that
// is malformed. The dump is retried a few times after ENOBUFS, and after the table has changed during it.
// `begin` is called before every attempt, to discard the results of the previous one. `netns` is the path of
// a network namespace, or empty for the caller's own. `subject` names the table in errors.
Failure dump_sock_diag(const std::string& netns, const std::vector<uint8_t>& request,
                       const std::string& subject, const std::function<void()>& begin,
                       const std::function<bool(Bytes)>& each, DumpReport& report);

}  // namespace sockwatch
