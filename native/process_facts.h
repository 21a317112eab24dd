#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "file_descriptor.h"

namespace sockwatch {

// What /proc says about one process. Empty optionals could not be read.
struct ProcessFacts {
  uint32_t pid = 0;
  std::optional<std::vector<uint8_t>> comm;
  std::optional<std::vector<uint8_t>> exe;
  std::optional<std::vector<uint8_t>> argv0;
  std::optional<std::vector<uint8_t>> cgroup;  // the whole file /proc/PID/cgroup
  std::optional<uint64_t> startMs;             // since boot, in milliseconds
};

// /proc/PID below `proc` (an open /proc). What is read through it is of this process, or of none once that
// has ended, even where its number has been given to another. None (-1, errno) where there is no such
// process.
FileDescriptor open_process(int proc, uint32_t pid);

// Reads them through `process`, from open_process(). Names in a process are bytes of its own choosing. `task`
// is a thread of the process that is alive: of a process whose main thread has exited, only a living thread
// still shows executable and arguments.
ProcessFacts read_process_facts(int process, uint32_t pid, uint32_t task);

// Start time in clock ticks since boot out of /proc/PID/stat: field 22, counted behind the *last* `)`, since
// the name in parentheses may hold any byte but NUL (proc(5)).
std::optional<uint64_t> parse_start_ticks(const std::vector<uint8_t>& stat);

}  // namespace sockwatch
