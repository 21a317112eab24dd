#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sys_error.h"

namespace sockwatch {

constexpr size_t kWholeFile = SIZE_MAX;

// Reads at most `limit` bytes of a file, relative to the directory `at` (AT_FDCWD: the current one). Files in
// /proc say nothing true about their size, so they are read until they end.
Failure read_file(int at, const std::string& path, size_t limit, std::vector<uint8_t>& bytes);

// The target of a symbolic link as bytes.
Failure read_link(int at, const std::string& path, std::vector<uint8_t>& target);

}  // namespace sockwatch
