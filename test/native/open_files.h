#pragma once

#include <filesystem>
#include <iterator>

namespace sockwatch::test {

// How many descriptors this process has open. Counting opens one itself, the same one each time.
inline auto open_files() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                       std::filesystem::directory_iterator{});
}

}  // namespace sockwatch::test
