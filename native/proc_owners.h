#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process_facts.h"
#include "sys_error.h"

namespace sockwatch {

// One file descriptor of one process that refers to one of the sockets asked for.
struct Owner {
  uint32_t inode = 0;
  uint32_t pid = 0;
  uint32_t fd = 0;
};

struct OwnerWalk {
  std::vector<Owner> owners;        // in order of pid, then fd
  std::vector<ProcessFacts> facts;  // one for every pid among the holders
  uint32_t processes = 0;           // that were seen
  uint32_t unreadable = 0;          // of those, whose descriptors could not be read for want of permission
};

// Finds every holder of the sockets with these inode numbers by reading the descriptors of all processes
// below `procRoot` (normally /proc). A process that ends meanwhile is passed over. Works on a few threads.
Failure walk_owners(const std::string& procRoot, std::vector<uint32_t> inodes, OwnerWalk& result);

// The number in `socket:[123]`, the target of a descriptor's link; 0 for anything else.
uint32_t parse_socket_link(const char* target, size_t size);

}  // namespace sockwatch
