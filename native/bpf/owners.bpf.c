// Lists every descriptor of every process that is a socket which listens, or may: one pass over all tasks, in
// every network namespace, without a single path of /proc.

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "owner_record.h"
#include "task_number.h"

// include/net/tcp_states.h; unix sockets use the same numbers, and a bound, unconnected UDP socket is
// TCP_CLOSE.
#define TCP_CLOSE 7
#define TCP_LISTEN 10

// Whether connected sockets are wanted as well: they hold a port, too. Set before loading.
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
      .pid = number_of(task->group_leader),
      .task = number_of(task),
      .fd = context->fd,
  };
  bpf_seq_write(context->meta->seq, &record, sizeof(record));
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
