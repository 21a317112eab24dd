// Targets of links in /proc/PID/fd. Only `socket:[NUMBER]` has an inode number.

#include <string>

#include "../../native/proc_owners.h"
#include "fuzz_input.h"

namespace sockwatch::fuzz {
namespace {

uint32_t plain_parse(const std::string& target) {
  const std::string prefix = "socket:[";
  if (target.size() <= prefix.size() + 1 || target.compare(0, prefix.size(), prefix) != 0) return 0;
  if (target.back() != ']') return 0;
  uint64_t value = 0;
  for (size_t at = prefix.size(); at < target.size() - 1; at++) {
    if (target[at] < '0' || target[at] > '9') return 0;
    value = value * 10 + static_cast<uint64_t>(target[at] - '0');
    if (value > UINT32_MAX) return 0;
  }
  return static_cast<uint32_t>(value);
}

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  const fuzz::ExactBytes exact({data, size});
  const auto* target = reinterpret_cast<const char*>(exact.bytes().data);
  fuzz::require(parse_socket_link(target, size) == fuzz::plain_parse(std::string(target, size)),
                "both parsers return the same number");
  return 0;
}
