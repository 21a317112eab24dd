#pragma once

#include <cstdint>
#include <vector>

#include "bpf/owner_record.h"
#include "sys_error.h"

namespace sockwatch {

using OwnerRecord = sockwatch_owner_record;

// Lists the descriptors of all processes that refer to a listening socket, with an eBPF iterator, sorted by
// pid and descriptor. Unlike the walk through /proc it either sees everything or fails. Processes outside
// this PID namespace are listed with pid 0. `every_state` includes connected sockets.
struct OwnerPass {
  std::vector<OwnerRecord> records;
  uint64_t endedMs = 0;  // on CLOCK_BOOTTIME, as start times of processes are
};
Failure iterate_owners(bool every_state, OwnerPass& pass);

}  // namespace sockwatch
