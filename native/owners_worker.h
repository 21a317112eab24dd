#pragma once

#include <napi.h>

namespace sockwatch {

// findOwners(procRoot, inodes: Uint32Array) ->
//   Promise<{ inode, pid, fd: Uint32Array, facts: ProcessFacts[], processes, unreadable }>
Napi::Value find_owners(const Napi::CallbackInfo& info);

// processFacts(procRoot, pids: Uint32Array, tasks: Uint32Array) -> Promise<ProcessFacts[]>, in the order
// asked for. A task is a living thread of the process, mostly its main one, which has the same number.
Napi::Value process_facts(const Napi::CallbackInfo& info);

#ifdef SOCKWATCH_BPF
// iterateOwners(everyState: boolean) -> Promise<{ inode, pid, task, fd: Uint32Array }>: every holder of
// every socket that listens or may, and of connected ones too if so asked, through eBPF.
Napi::Value iterate_owners(const Napi::CallbackInfo& info);
#endif

}  // namespace sockwatch
