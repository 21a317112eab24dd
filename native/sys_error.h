#pragma once

#include <optional>
#include <string>

namespace sockwatch {

// A failed system call, or an error that the kernel sent in a message.
struct SysError {
  std::string syscall;  // name as in man 2, or "NLMSG_ERROR" for an errno in a netlink message
  int number = 0;       // errno, positive
  std::string subject;  // the path or table concerned, may be empty
};

// Empty on success.
using Failure = std::optional<SysError>;

}  // namespace sockwatch
