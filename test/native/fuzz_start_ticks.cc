// The start time in /proc/PID/stat. The parser must agree with a simpler implementation.

#include <string>

#include "../../native/process_facts.h"
#include "fuzz_input.h"

namespace sockwatch::fuzz {
namespace {

std::optional<uint64_t> plain_parse(const std::string& stat) {
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  size_t at = name_end + 1;
  for (int field = 3; field <= 22; field++) {
    at = stat.find(' ', at);
    if (at == std::string::npos) return std::nullopt;
    at++;
  }
  uint64_t value = 0;
  size_t digits = 0;
  for (; at < stat.size() && stat[at] >= '0' && stat[at] <= '9'; at++, digits++) {
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, stat[at] - '0', &value))
      return std::nullopt;
  }
  return digits > 0 ? std::optional(value) : std::nullopt;
}

}  // namespace
}  // namespace sockwatch::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sockwatch;
  const auto ticks = parse_start_ticks(std::vector<uint8_t>(data, data + size));
  fuzz::require(ticks == fuzz::plain_parse(std::string(data, data + size)),
                "both parsers return the same start time");
  return 0;
}
