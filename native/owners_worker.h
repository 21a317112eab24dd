#pragma once

#include <napi.h>

namespace sockwatch {

// findOwners(procRoot, inodes: Uint32Array) ->
//   Promise<{ inode, pid, fd: Uint32Array, facts: ProcessFacts[], processes, unreadable }>
Napi::Value find_owners(const Napi::CallbackInfo& info);

// processFacts(procRoot, pids: Uint32Array, tasks: Uint32Array) -> Promise<ProcessFacts[]>, in the order of
// `pids`. Each task is a running thread of that process, usually the main one, whose id is the pid.
Napi::Value process_facts(const Napi::CallbackInfo& info);

#ifdef SOCKWATCH_BPF
// iterateOwners(netns: number | null) -> Promise<{ inode, pid, task, fd: Uint32Array, tcp, udp: InetColumns
// }>: the owners of all listening sockets by eBPF. With the inode number of a network namespace also the
// owners of connected sockets, and the sockets of that namespace.
Napi::Value iterate_owners(const Napi::CallbackInfo& info);
#endif

}  // namespace sockwatch
