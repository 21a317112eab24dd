#pragma once

#include <vector>

#include "bpf/owner_record.h"
#include "sys_error.h"

namespace sockwatch {

using OwnerRecord = sockwatch_owner_record;

// Lists the descriptors of all processes that refer to a listening socket, with an eBPF iterator, sorted by
// pid and descriptor. Unlike the walk through /proc it either sees everything or fails. Processes outside
// this PID namespace are listed with pid 0. `every_state` includes connected sockets.
Failure iterate_owners(bool every_state, std::vector<OwnerRecord>& records);

}  // namespace sockwatch
