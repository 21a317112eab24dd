#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process_facts.h"
#include "sys_error.h"

namespace sockwatch {

// A file descriptor of a process that refers to a requested socket.
struct Owner {
  uint32_t inode = 0;
  uint32_t pid = 0;
  uint32_t fd = 0;
};

struct OwnerWalk {
  std::vector<Owner> owners;        // sorted by pid, then fd
  std::vector<ProcessFacts> facts;  // one for each pid in `owners`
  uint32_t processes = 0;           // number of processes seen
  uint32_t unreadable = 0;          // number of those whose descriptors could not be read
};

// Finds the owners of the sockets with these inode numbers by reading the descriptors of all processes below
// `proc_root` (normally /proc), on a few threads. Processes that exit meanwhile are skipped.
Failure walk_owners(const std::string& proc_root, std::vector<uint32_t> inodes, OwnerWalk& result);

// Returns the inode number in a descriptor's link target, such as `socket:[123]`; 0 for anything else.
uint32_t parse_socket_link(const char* target, size_t size);

}  // namespace sockwatch
