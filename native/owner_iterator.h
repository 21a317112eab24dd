#pragma once

#include <vector>

#include "bpf/owner_record.h"
#include "sys_error.h"

namespace sockwatch {

using OwnerRecord = sockwatch_owner_record;

// Lists every descriptor of every process that is a socket which listens, or may, by one pass of an eBPF
// iterator: each once, in order of process and descriptor. Unlike the walk through /proc it is refused as a
// whole or sees everything; processes outside this PID namespace come first, with the number 0.
// `every_state`: sockets that are connected as well.
Failure iterate_owners(bool every_state, std::vector<OwnerRecord>& records);

}  // namespace sockwatch
