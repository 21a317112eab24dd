// The event programs report listeners as they open, TCP listeners as they close, and calls of bind and listen
// that fail. This is what both methods share: tracepoint_events.bpf.c sees the system calls,
// fexit_events.bpf.c the kernel functions behind them. TCP listeners are seen in the kernel's one function
// for TCP state changes.
#ifndef SOCKWATCH_BPF_EVENTS_BPF_H
#define SOCKWATCH_BPF_EVENTS_BPF_H

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "event_limit.bpf.h"
#include "event_record.h"
#include "local_address.bpf.h"
#include "pid_in_ns.h"

// include/net/tcp_states.h
#define TCP_LISTEN 10

#define NO_FD 0xffffffffU

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

// Events dropped because a map was full.
__u64 lost = 0;

// Inode number of the network namespace to report, 0 for all. Set before loading.
const volatile __u32 watched_netns = 0;

// Sockets that are in TCP_LISTEN while listen() is still running, by thread. inet_csk_listen_start() in
// net/ipv4/inet_connection_sock.c changes the state before the socket has a port, and changes it back if
// there is none.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16 * 1024);
  __type(key, __u64);
  __type(value, __u64);
} starting SEC(".maps");

// A bind or listen that has returned.
struct call {
  __u32 fd;
  __u32 size;  // of the address
  const void* address;
  __s64 result;
};

static __always_inline void count_lost(void) { __sync_fetch_and_add(&lost, 1); }

static __always_inline struct sockwatch_event* reserve_event(__u32 kind, __u32 fd) {
  if (exceeds_limit(kind)) return 0;
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
  event->protocol = transport_protocol(sk);
  event->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  if (!event->cookie) event->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  // As in sock_i_ino(): also for sockets without a file, such as the inner ones of MPTCP.
  struct socket_alloc* allocated = (struct socket_alloc*)BPF_CORE_READ(sk, sk_socket);
  event->inode = BPF_CORE_READ(allocated, vfs_inode.i_ino);
  if (event->family == AF_UNIX) {
    set_unix_name(event, sk);
    return;
  }
  event->device = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
  event->port = BPF_CORE_READ(sk, __sk_common.skc_num);
  read_local_address(sk, event->family, event->address, &event->v6only);
}

static __always_inline void read_memory(void* to, __u64 size, const void* from, int in_kernel) {
  if (in_kernel)
    bpf_probe_read_kernel(to, size, from);
  else
    bpf_probe_read_user(to, size, from);
}

// The address passed to bind: struct sockaddr_in, sockaddr_in6 or sockaddr_un. Only `size` bytes belong to
// it: what follows may be unmapped.
static __always_inline void set_requested_address(struct sockwatch_event* event, const struct call* call,
                                                  int in_kernel) {
  const void* address = call->address;
  __u64 size = call->size;
  __u16 port = 0;
  switch (event->family) {
    case AF_INET:
      if (size < 8) return;
      read_memory(&port, sizeof(port), address + 2, in_kernel);
      read_memory(event->address, 4, address + 4, in_kernel);
      break;
    case AF_INET6:
      if (size < 24) return;
      read_memory(&port, sizeof(port), address + 2, in_kernel);
      read_memory(event->address, 16, address + 8, in_kernel);
      break;
    case AF_UNIX:
      if (size < 2) return;
      size -= 2;
      if (size > SOCKWATCH_NAME_SIZE) size = SOCKWATCH_NAME_SIZE;
      event->name_size = size;
      read_memory(event->name, size, address + 2, in_kernel);
      return;
  }
  event->port = __builtin_bswap16(port);
}

static __always_inline int is_watched(struct sock* sk) {
  if (watched_netns && BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) != watched_netns) return 0;
  return BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX || transport_protocol(sk) != 0;
}

static __always_inline void report_opened(struct sock* sk, __u32 fd) {
  struct sockwatch_event* event = reserve_event(SOCKWATCH_OPENED, fd);
  if (!event) return;
  set_socket(event, sk);
  bpf_ringbuf_submit(event, 0);
}

// Whether the current thread is in a call of listen whose end on_listen() will see.
static __always_inline int is_listen_call(__u64 thread);

SEC("tp_btf/inet_sock_set_state")
int tcp_state(__u64* arguments) {
  struct sock* sk = (struct sock*)arguments[0];
  const int before = (int)arguments[1];
  const int after = (int)arguments[2];
  if ((before != TCP_LISTEN && after != TCP_LISTEN) || before == after) return 0;
  if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || !is_watched(sk)) return 0;
  // Assigns a cookie.
  __u64 cookie = bpf_get_socket_cookie(sk);
  __u64 thread = bpf_get_current_pid_tgid();
  if (after == TCP_LISTEN && is_listen_call(thread)) {
    __u64 value = (__u64)sk;
    if (bpf_map_update_elem(&starting, &thread, &value, 0) != 0) count_lost();
    return 0;
  }
  if (after != TCP_LISTEN) {
    // listen() found no free port.
    __u64* value = bpf_map_lookup_elem(&starting, &thread);
    if (value && *value == (__u64)sk) {
      bpf_map_delete_elem(&starting, &thread);
      return 0;
    }
  }
  struct sockwatch_event* event =
      reserve_event(after == TCP_LISTEN ? SOCKWATCH_OPENED : SOCKWATCH_CLOSED, NO_FD);
  if (!event) return 0;
  event->cookie = cookie;
  set_socket(event, sk);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

static __always_inline void report_failed(struct sock* sk, __u32 kind, const struct call* call,
                                          int in_kernel) {
  struct sockwatch_event* event = reserve_event(kind, call->fd);
  if (!event) return;
  set_socket(event, sk);
  event->error = -call->result;
  // A socket that could not be bound has no address of its own.
  if (kind == SOCKWATCH_BIND_FAILED) set_requested_address(event, call, in_kernel);
  bpf_ringbuf_submit(event, 0);
}

// `in_kernel` tells whether the address has been copied into kernel memory.
static __always_inline void on_bind(struct sock* sk, const struct call* call, int in_kernel) {
  if (!sk || !is_watched(sk)) return;
  if (call->result < 0) {
    report_failed(sk, SOCKWATCH_BIND_FAILED, call, in_kernel);
  } else if (BPF_CORE_READ(sk, sk_type) == SOCK_DGRAM) {
    // A datagram socket receives once it is bound, all others once they listen.
    report_opened(sk, call->fd);
  }
}

static __always_inline void on_listen(struct sock* sk, const struct call* call) {
  __u64 thread = bpf_get_current_pid_tgid();
  __u64* value = bpf_map_lookup_elem(&starting, &thread);
  if (value) {
    struct sock* listener = (struct sock*)*value;
    bpf_map_delete_elem(&starting, &thread);
    // Another thread may have closed it meanwhile.
    if (BPF_CORE_READ(listener, __sk_common.skc_state) == TCP_LISTEN) report_opened(listener, call->fd);
  }
  if (!sk || !is_watched(sk)) return;
  if (call->result < 0) {
    report_failed(sk, SOCKWATCH_LISTEN_FAILED, call, 1);
  } else if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_UNIX) {
    report_opened(sk, call->fd);
  }
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#endif
