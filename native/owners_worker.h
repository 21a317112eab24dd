#pragma once

#include <napi.h>

namespace sockwatch {

// findHolders(procRoot, inodes: Uint32Array) ->
//   Promise<{ inode, pid, fd: Uint32Array, facts: ProcessFacts[], processes, unreadable }>
Napi::Value find_holders(const Napi::CallbackInfo& info);

// processFacts(procRoot, pids: Uint32Array) -> Promise<ProcessFacts[]>, in the order asked for.
Napi::Value process_facts(const Napi::CallbackInfo& info);

#ifdef SOCKWATCH_BPF
// iterateHolders(procRoot, inodes: Uint32Array): the same through eBPF.
Napi::Value iterate_holders(const Napi::CallbackInfo& info);
#endif

}  // namespace sockwatch
