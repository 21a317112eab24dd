#pragma once

#include <cstdint>
#include <vector>

#include "proc_owners.h"
#include "sys_error.h"

namespace sockwatch {

// Finds every holder of the sockets with these inode numbers by one pass of an eBPF iterator over all
// processes of this PID namespace; the facts about them are read from `procRoot`. Unlike the walk through
// /proc it is refused as a whole or sees everything, so `unreadable` is 0.
Failure iterate_owners(const std::string& procRoot, std::vector<uint32_t> inodes, OwnerWalk& result);

}  // namespace sockwatch
