// The number a task has in the PID namespace of whoever reads the answers.
#ifndef SOCKWATCH_BPF_TASK_NUMBER_H
#define SOCKWATCH_BPF_TASK_NUMBER_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel_types.h"

// MAX_PID_NS_LEVEL, include/linux/pid_namespace.h
#define DEEPEST_LEVEL 32

// Inode number of that namespace; set before loading.
const volatile __u32 pid_namespace = 0;

// A task has a number in its own namespace and in every one above; 0 where it has none in ours.
static __always_inline __u32 number_of(struct task_struct* task) {
  struct pid* pid = BPF_CORE_READ(task, thread_pid);
  __u32 level = BPF_CORE_READ(pid, level);
  for (__u32 at = 0; at <= DEEPEST_LEVEL; at++) {
    if (at > level) break;
    // numbers[] has level + 1 elements; BTF has it as a flexible array.
    const void* element =
        (const void*)pid + bpf_core_field_offset(struct pid, numbers) + at * bpf_core_type_size(struct upid);
    struct pid_namespace* ns = 0;
    __u32 number = 0;
    bpf_probe_read_kernel(&ns, sizeof(ns), element + bpf_core_field_offset(struct upid, ns));
    bpf_probe_read_kernel(&number, sizeof(number), element + bpf_core_field_offset(struct upid, nr));
    if (BPF_CORE_READ(ns, ns.inum) == pid_namespace) return number;
  }
  return 0;
}

#endif
