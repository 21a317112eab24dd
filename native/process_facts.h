#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "file_descriptor.h"

namespace sockwatch {

// Facts about a process from /proc. Optionals are empty if they could not be read.
struct ProcessFacts {
  uint32_t pid = 0;
  std::optional<std::vector<uint8_t>> comm;
  std::optional<std::vector<uint8_t>> exe;
  bool exeDenied = false;  // for lack of permission
  std::optional<std::vector<uint8_t>> argv0;
  std::optional<std::vector<uint8_t>> cgroup;  // the whole file /proc/PID/cgroup
  std::optional<uint64_t> startMs;             // since boot, in milliseconds
};

// Opens the directory of a process below `proc` (an open /proc). Reads through the descriptor fail once the
// process has exited, even if its pid has been reused. Empty, with errno set, if there is no such process.
FileDescriptor open_process(int proc, uint32_t pid);

// `process` is from open_process(). `task` is a running thread of the process: executable and arguments
// cannot be read from a main thread that has exited.
ProcessFacts read_process_facts(int process, uint32_t pid, uint32_t task);

// Parses the start time, in clock ticks since boot, from /proc/PID/stat: field 22 of proc(5). Fields are
// counted from the last `)`, because the name in parentheses may contain any byte but NUL.
std::optional<uint64_t> parse_start_ticks(const std::vector<uint8_t>& stat);

}  // namespace sockwatch
