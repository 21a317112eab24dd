// Reports listeners as they open, TCP listeners as they close, and calls of bind and listen that fail. TCP
// listeners are seen in the kernel's one function for TCP state changes, UDP and unix sockets at the end of
// the system calls.

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "event_record.h"
#include "pid_in_ns.h"

// include/net/tcp_states.h
#define TCP_LISTEN 10

// include/linux/socket.h, include/linux/net.h, include/uapi/linux/in.h, include/uapi/linux/stat.h
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define S_IFMT 00170000
#define S_IFSOCK 0140000

#define NO_FD 0xffffffffU

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

// Events dropped because the ring buffer or `calls` was full.
__u64 lost = 0;

// Arguments of a bind or listen in progress, by thread.
struct call {
  __u32 fd;
  __u32 size;
  const void* address;
};
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16 * 1024);
  __type(key, __u64);
  __type(value, struct call);
} calls SEC(".maps");

// The records of tracefs events/syscalls/sys_{enter,exit}_*, as their format files describe them.
struct sys_enter {
  __u64 common;
  __u64 number;
  __u64 arguments[6];
};
struct sys_exit {
  __u64 common;
  __u64 number;
  __s64 result;
};

static __always_inline void count_lost(void) { __sync_fetch_and_add(&lost, 1); }

static __always_inline struct sockwatch_event* reserve_event(__u32 kind, __u32 fd) {
  struct sockwatch_event* event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) {
    count_lost();
    return 0;
  }
  __builtin_memset(event, 0, sizeof(*event));
  event->time = bpf_ktime_get_boot_ns();
  event->cgroup = bpf_get_current_cgroup_id();
  event->kind = kind;
  event->fd = fd;
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  event->pid = pid_in_ns(BPF_CORE_READ(task, group_leader));
  // Threads can have names of their own; the process is known by its main thread's.
  BPF_CORE_READ_STR_INTO(&event->comm, task, group_leader, comm);
  return event;
}

// unix_address.len includes the family.
static __always_inline void set_unix_name(struct sockwatch_event* event, struct sock* sk) {
  struct unix_address* address = BPF_CORE_READ((struct unix_sock*)sk, addr);
  if (!address) return;
  // 64 bits wide, so that the compiler keeps it in the register that the verifier has seen compared.
  __u64 size = (__u64)BPF_CORE_READ(address, len) - sizeof(unsigned short);
  if (size > SOCKWATCH_NAME_SIZE) return;
  event->name_size = size;
  bpf_core_read(event->name, size, &address->name[0].sun_path);
}

static __always_inline void set_socket(struct sockwatch_event* event, struct sock* sk) {
  event->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  event->type = BPF_CORE_READ(sk, sk_type);
  event->protocol = BPF_CORE_READ(sk, sk_protocol);
  event->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  if (!event->cookie) event->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  event->inode = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
  if (event->family == AF_UNIX) {
    event->protocol = 0;
    set_unix_name(event, sk);
    return;
  }
  event->device = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
  event->port = BPF_CORE_READ(sk, __sk_common.skc_num);
  if (event->family == AF_INET) {
    __be32 address = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
    __builtin_memcpy(event->address, &address, sizeof(address));
  } else {
    BPF_CORE_READ_INTO(&event->address, sk, __sk_common.skc_v6_rcv_saddr);
    event->v6only = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
  }
}

SEC("tp_btf/inet_sock_set_state")
int tcp_state(__u64* arguments) {
  struct sock* sk = (struct sock*)arguments[0];
  const int before = (int)arguments[1];
  const int after = (int)arguments[2];
  if ((before != TCP_LISTEN && after != TCP_LISTEN) || before == after) return 0;
  if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP) return 0;
  struct sockwatch_event* event =
      reserve_event(after == TCP_LISTEN ? SOCKWATCH_OPENED : SOCKWATCH_CLOSED, NO_FD);
  if (!event) return 0;
  event->cookie = bpf_get_socket_cookie(sk);
  set_socket(event, sk);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

// The socket behind a descriptor of the current process. Null if another thread has closed or replaced the
// descriptor since the call began.
static __always_inline struct sock* socket_from_fd(__u32 fd) {
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  struct fdtable* table = BPF_CORE_READ(task, files, fdt);
  if (fd >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file** array = BPF_CORE_READ(table, fd);
  struct file* file = 0;
  bpf_probe_read_kernel(&file, sizeof(file), &array[fd]);
  if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK) return 0;
  struct socket* socket = BPF_CORE_READ(file, private_data);
  return BPF_CORE_READ(socket, sk);
}

static __always_inline int is_supported(struct sock* sk) {
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  if (family == AF_UNIX) return 1;
  if (family != AF_INET && family != AF_INET6) return 0;
  __u16 protocol = BPF_CORE_READ(sk, sk_protocol);
  return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// The address passed to bind: struct sockaddr_in, sockaddr_in6 or sockaddr_un in the caller's memory. Only
// `size` bytes belong to it: what follows may be unmapped.
static __always_inline void set_requested_address(struct sockwatch_event* event, const struct call* call) {
  const void* address = call->address;
  __u64 size = call->size;
  __u16 port = 0;
  switch (event->family) {
    case AF_INET:
      if (size < 8) return;
      bpf_probe_read_user(&port, sizeof(port), address + 2);
      bpf_probe_read_user(event->address, 4, address + 4);
      break;
    case AF_INET6:
      if (size < 24) return;
      bpf_probe_read_user(&port, sizeof(port), address + 2);
      bpf_probe_read_user(event->address, 16, address + 8);
      break;
    case AF_UNIX:
      if (size < 2) return;
      size -= 2;
      if (size > SOCKWATCH_NAME_SIZE) size = SOCKWATCH_NAME_SIZE;
      event->name_size = size;
      bpf_probe_read_user(event->name, size, address + 2);
      return;
  }
  event->port = __builtin_bswap16(port);
}

static __always_inline int on_sys_enter(struct sys_enter* context, int has_address) {
  __u64 thread = bpf_get_current_pid_tgid();
  struct call call = {.fd = context->arguments[0]};
  if (has_address) {
    call.address = (const void*)context->arguments[1];
    call.size = context->arguments[2];
  }
  if (bpf_map_update_elem(&calls, &thread, &call, 0) != 0) count_lost();
  return 0;
}

static __always_inline int on_sys_exit(struct sys_exit* context, __u32 failure) {
  __u64 thread = bpf_get_current_pid_tgid();
  struct call* entry = bpf_map_lookup_elem(&calls, &thread);
  if (!entry) return 0;
  struct call call = *entry;
  bpf_map_delete_elem(&calls, &thread);
  struct sock* sk = socket_from_fd(call.fd);
  if (!sk || !is_supported(sk)) return 0;
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  __u16 type = BPF_CORE_READ(sk, sk_type);
  int is_bind = failure == SOCKWATCH_BIND_FAILED;
  if (context->result == 0) {
    // A datagram socket receives once it is bound, all others once they listen. TCP is left to tcp_state().
    int opens = is_bind ? type == SOCK_DGRAM : family == AF_UNIX;
    if (!opens) return 0;
  }
  struct sockwatch_event* event = reserve_event(context->result == 0 ? SOCKWATCH_OPENED : failure, call.fd);
  if (!event) return 0;
  set_socket(event, sk);
  if (context->result < 0) event->error = -context->result;
  // A socket that could not be bound has no address of its own.
  if (is_bind && context->result < 0) set_requested_address(event, &call);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

SEC("tp/syscalls/sys_enter_bind")
int enter_bind(struct sys_enter* context) { return on_sys_enter(context, 1); }

SEC("tp/syscalls/sys_exit_bind")
int exit_bind(struct sys_exit* context) { return on_sys_exit(context, SOCKWATCH_BIND_FAILED); }

SEC("tp/syscalls/sys_enter_listen")
int enter_listen(struct sys_enter* context) { return on_sys_enter(context, 0); }

SEC("tp/syscalls/sys_exit_listen")
int exit_listen(struct sys_exit* context) { return on_sys_exit(context, SOCKWATCH_LISTEN_FAILED); }

char LICENSE[] SEC("license") = "Dual MIT/GPL";
