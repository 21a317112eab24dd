// The pid of a task as seen from a given PID namespace.
#ifndef SOCKWATCH_BPF_PID_IN_NS_H
#define SOCKWATCH_BPF_PID_IN_NS_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel_types.h"

// include/linux/pid_namespace.h
#define MAX_PID_NS_LEVEL 32

// Inode number of the PID namespace. Set before loading.
const volatile __u32 pid_namespace = 0;

// A task has one pid in its own PID namespace and one in each of its ancestors. Returns 0 if `pid_namespace`
// is none of them.
static __always_inline __u32 pid_in_ns(struct task_struct* task) {
  struct pid* pid = BPF_CORE_READ(task, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  for (__u32 at = 0; at <= MAX_PID_NS_LEVEL; at++) {
    if (at > level) break;
    // numbers[] has level + 1 elements, but BTF describes it as a flexible array.
    const void* upid =
        (const void*)pid + bpf_core_field_offset(struct pid, numbers) + at * bpf_core_type_size(struct upid);
    struct pid_namespace* ns = 0;
    __u32 nr = 0;
    bpf_probe_read_kernel(&ns, sizeof(ns), upid + bpf_core_field_offset(struct upid, ns));
    bpf_probe_read_kernel(&nr, sizeof(nr), upid + bpf_core_field_offset(struct upid, nr));
    if (BPF_CORE_READ(ns, ns.inum) == pid_namespace) return nr;
  }
  return 0;
}

#endif
