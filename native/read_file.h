#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sys_error.h"

namespace sockwatch {

constexpr size_t kWholeFile = SIZE_MAX;

// Reads at most `limit` bytes of a file; `at` is as in openat(2). Reads until end of file, because files in
// /proc do not report their size.
Failure read_file(int at, const std::string& path, size_t limit, std::vector<uint8_t>& bytes);

// Reads the target of a symbolic link; `at` is as in readlinkat(2).
Failure read_link(int at, const std::string& path, std::vector<uint8_t>& target);

}  // namespace sockwatch
