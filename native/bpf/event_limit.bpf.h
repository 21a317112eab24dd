// Bounds the events that one user can cause, so that none can crowd out those of the others.
#ifndef SOCKWATCH_BPF_EVENT_LIMIT_BPF_H
#define SOCKWATCH_BPF_EVENT_LIMIT_BPF_H

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

// Events dropped because their source had caused too many.
__u64 suppressed = 0;

// Events of one kind in one second, by source. Root's processes are distinguished by their cgroup, all others
// by their user, who may be able to create cgroups, user namespaces and so uids at will, but no users.
#define SECOND 1000000000ULL
#define USER_LIMIT 1000
#define ROOT_LIMIT 10000

struct source {
  __u64 cgroup;  // 0 unless uid is 0
  __u32 uid;
  __u32 kind;
};
struct rate {
  __u64 second;
  __u64 count;
};
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 4 * 1024);
  __type(key, struct source);
  __type(value, struct rate);
} rates SEC(".maps");

// The user of a process; in user namespaces the owner of the outermost one below the initial one.
static __noinline __u32 current_user(void) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct user_namespace* space = BPF_CORE_READ(task, cred, user_ns);
  __u32 user = BPF_CORE_READ(task, cred, uid.val);
  // A namespace has at most 32 ancestors (create_user_ns() in kernel/user_namespace.c).
  for (int level = 0; level < 33; level++) {
    if (BPF_CORE_READ(space, level) == 0) break;
    user = BPF_CORE_READ(space, owner.val);
    space = BPF_CORE_READ(space, parent);
  }
  return user;
}

static __noinline int exceeds_limit(__u32 kind) {
  struct source source = {.uid = current_user(), .kind = kind};
  if (source.uid == 0) source.cgroup = bpf_get_current_cgroup_id();
  const __u64 second = bpf_ktime_get_boot_ns() / SECOND;
  struct rate* rate = bpf_map_lookup_elem(&rates, &source);
  if (!rate || rate->second != second) {
    struct rate first = {.second = second, .count = 1};
    bpf_map_update_elem(&rates, &source, &first, 0);
    return 0;
  }
  __sync_fetch_and_add(&rate->count, 1);
  if (rate->count <= (source.uid == 0 ? ROOT_LIMIT : USER_LIMIT)) return 0;
  __sync_fetch_and_add(&suppressed, 1);
  return 1;
}

#endif
