// Which kernel functions the event programs do without (native/bpf/fexit_targets.c).

#include "../../native/bpf/fexit_targets.c"

#include "check.h"

namespace sockwatch::test {
namespace {

constexpr sockwatch_fexit_target kTargets[] = {
    {"inet_bind", "inet_bind", 0},
    {"inet6_bind", "inet_bind", 1},
    {"mptcp_bind", "inet_bind", 0},
};

struct Replaced {
  int result = 0;
  unsigned int missing = 0;
  std::string data;
};

// `btf` and `data` are strings that each end with NUL; those in `data` begin at multiples of eight.
Replaced replace(const std::string& btf, std::string data) {
  Replaced replaced;
  replaced.result = sockwatch_replace_missing_targets(data.data(), data.size(), kTargets, 3, btf.data(),
                                                      btf.size(), &replaced.missing);
  replaced.data = data;
  return replaced;
}

using namespace std::string_literals;

const std::string kData = "inet_bind\0\0\0\0\0\0\0inet6_bind\0\0\0\0\0\0mptcp_bind\0\0\0\0\0\0"s;

void all_there() {
  const Replaced same = replace("\0inet_bind\0inet6_bind\0mptcp_bind\0"s, kData);
  check_equal(same.result, 0, "nothing is missing");
  check_equal(same.missing, 0U, "so nothing is left out");
  check(same.data == kData, "and nothing is replaced");
}

void built_without() {
  const Replaced replaced = replace("\0inet_bind\0inet6_bind\0mptcp_bind_x\0x_mptcp_bind\0"s, kData);
  check_equal(replaced.result, 0, "a kernel without MPTCP");
  check_equal(replaced.missing, 4U, "does without its function");
  check(replaced.data == "inet_bind\0\0\0\0\0\0\0inet6_bind\0\0\0\0\0\0inet_bind\0\0\0\0\0\0\0"s,
        "whose name is replaced by the stand-in's");
}

void in_a_module() {
  check_equal(replace("\0inet_bind\0mptcp_bind\0"s, kData).result, -ENOENT,
              "a function that may be in a module cannot be done without");
}

}  // namespace
}  // namespace sockwatch::test

int main() {
  using namespace sockwatch::test;
  all_there();
  built_without();
  in_a_module();
  return 0;
}
