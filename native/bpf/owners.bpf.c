// Lists the descriptors of all processes that refer to a listening socket, in all network namespaces: one
// pass over the kernel's tasks instead of a walk through /proc.

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "owner_record.h"
#include "pid_in_ns.h"

// include/net/tcp_states.h. Unix sockets use the same numbers; a UDP socket that is bound and not connected
// is in TCP_CLOSE.
#define TCP_CLOSE 7
#define TCP_LISTEN 10

// Include connected sockets: they occupy a port as well. Set before loading.
const volatile __u32 every_state = 0;

SEC("iter/task_file")
int list_owners(struct bpf_iter__task_file* context) {
  struct task_struct* task = context->task;
  struct file* file = context->file;
  if (!task || !file) return 0;
  struct socket* socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  __u8 state = BPF_CORE_READ(socket, sk, __sk_common.skc_state);
  if (!every_state && state != TCP_LISTEN && state != TCP_CLOSE) return 0;
  struct sockwatch_owner_record record = {
      .inode = BPF_CORE_READ(file, f_inode, i_ino),
      .pid = pid_in_ns(task->group_leader),
      .task = pid_in_ns(task),
      .fd = context->fd,
  };
  bpf_seq_write(context->meta->seq, &record, sizeof(record));
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
