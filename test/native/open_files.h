#pragma once

#include <filesystem>
#include <iterator>

namespace sockwatch::test {

// Number of open descriptors, including the one that counting opens.
inline auto open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator{});
}

}  // namespace sockwatch::test
