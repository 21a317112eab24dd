#pragma once

#include <optional>
#include <string>

namespace sockwatch {

// What went wrong below JavaScript: the call that failed, on what, and the kernel's errno.
struct SysError {
  std::string syscall;  // as in man 2, or "NLMSG_ERROR" where the kernel answered with an errno
  int number = 0;       // errno, positive
  std::string subject;  // what it was about: a path, or the table that was asked for; may be empty
};

// Nothing when all went well.
using Failure = std::optional<SysError>;

}  // namespace sockwatch
