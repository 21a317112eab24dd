// Lists the descriptors of all processes that refer to a listening socket, in all network namespaces: one
// pass over the kernel's tasks instead of a walk through /proc.

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "local_address.bpf.h"
#include "owner_record.h"
#include "pid_in_ns.h"

// include/net/tcp_states.h. Unix sockets use the same numbers; a UDP socket that is bound and not connected
// is in TCP_CLOSE.
#define TCP_CLOSE 7
#define TCP_LISTEN 10

// Inode number of a network namespace: include connected sockets, which occupy a port as well, and the
// addresses of those in this namespace. 0: only sockets that listen. Set before loading.
const volatile __u32 addresses_in_netns = 0;

static __always_inline void set_address(struct sockwatch_address_record* record, struct sock* sk) {
  if (BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) != addresses_in_netns) return;
  record->port = BPF_CORE_READ(sk, __sk_common.skc_num);
  if (!record->port) return;
  record->protocol = transport_protocol(sk);
  if (!record->protocol) return;
  record->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  record->state = BPF_CORE_READ(sk, __sk_common.skc_state);
  record->device = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
  read_local_address(sk, record->family, record->address, &record->v6only);
}

SEC("iter/task_file")
int list_owners(struct bpf_iter__task_file* context) {
  struct task_struct* task = context->task;
  struct file* file = context->file;
  if (!task || !file) return 0;
  struct socket* socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock* sk = BPF_CORE_READ(socket, sk);
  __u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
  if (!addresses_in_netns && state != TCP_LISTEN && state != TCP_CLOSE) return 0;
  struct sockwatch_address_record record = {
      .owner =
          {
              .inode = BPF_CORE_READ(file, f_inode, i_ino),
              .pid = pid_in_ns(task->group_leader),
              .task = pid_in_ns(task),
              .fd = context->fd,
          },
  };
  if (addresses_in_netns) {
    set_address(&record, sk);
    bpf_seq_write(context->meta->seq, &record, sizeof(record));
  } else {
    bpf_seq_write(context->meta->seq, &record.owner, sizeof(record.owner));
  }
  return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
