#pragma once

#include <cstdint>
#include <vector>

#include "bpf/owner_record.h"
#include "socket_columns.h"
#include "sys_error.h"

namespace sockwatch {

using OwnerRecord = sockwatch_owner_record;

struct OwnerPass {
  std::vector<OwnerRecord> records;  // sorted by pid and descriptor
  InetColumns tcp;                   // the sockets in `records` that have an address
  InetColumns udp;
  uint64_t endedMs = 0;  // on CLOCK_BOOTTIME, as start times of processes are
};

// Lists the descriptors of all processes that refer to a listening socket, with an eBPF iterator. Unlike the
// walk through /proc it either sees everything or fails. Processes outside this PID namespace are listed with
// pid 0. `addresses_in_netns` is as in owners_loader.h.
Failure iterate_owners(uint32_t addresses_in_netns, OwnerPass& pass);

}  // namespace sockwatch
