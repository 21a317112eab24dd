#pragma once

// Prints one line per check, which unit.ts turns into assertions.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>

namespace sockwatch::test {

inline void check(bool holds, const std::string& name) {
  std::printf("%s - %s\n", holds ? "ok" : "not ok", name.c_str());
  std::fflush(stdout);  // keep earlier results if the process crashes
}

inline void skip(const std::string& name, const std::string& proof) {
  std::printf("ok - %s # SKIP %s\n", name.c_str(), proof.c_str());
  std::fflush(stdout);
}

template <typename Actual, typename Expected>
void check_equal(const Actual& actual, const Expected& expected, const std::string& name) {
  const bool equal = actual == expected;
  check(equal, name);
  if (equal) return;
  if constexpr (std::is_convertible_v<Actual, std::string>) {
    std::printf("# actual '%s'\n", std::string(actual).c_str());
  } else {
    std::printf("# actual %lld, expected %lld\n", static_cast<long long>(actual),
                static_cast<long long>(expected));
  }
}

}  // namespace sockwatch::test
