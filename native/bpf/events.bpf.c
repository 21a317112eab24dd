// Tells of every listener the moment it opens, of TCP listeners the moment they close, and of every bind or
// listen that fails. TCP changes state in one place of the kernel, whoever does it; UDP and unix sockets are
// seen in the system calls.

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "event_record.h"
#include "task_number.h"

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

// Records for which the ring buffer had no room.
__u64 lost = 0;

// A bind or listen under way, by thread.
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

// What the kernel's format files in tracefs say of events/syscalls/sys_{enter,exit}_*.
struct call_enter {
  __u64 common;
  __u64 number;
  __u64 arguments[6];
};
struct call_exit {
  __u64 common;
  __u64 number;
  __s64 result;
};

static __always_inline struct sockwatch_event* begin(__u32 kind, __u32 fd) {
  struct sockwatch_event* event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
  if (!event) {
    __sync_fetch_and_add(&lost, 1);
    return 0;
  }
  __builtin_memset(event, 0, sizeof(*event));
  event->time = bpf_ktime_get_boot_ns();
  event->cgroup = bpf_get_current_cgroup_id();
  event->kind = kind;
  event->fd = fd;
  struct task_struct* task = (struct task_struct*)bpf_get_current_task();
  event->pid = number_of(BPF_CORE_READ(task, group_leader));
  // The name of the process is its main thread's; a thread may have one of its own.
  BPF_CORE_READ_STR_INTO(&event->comm, task, group_leader, comm);
  return event;
}

// The name a unix socket was bound to; len counts the family as well.
static __always_inline void describe_name(struct sockwatch_event* event, struct sock* sk) {
  struct unix_address* address = BPF_CORE_READ((struct unix_sock*)sk, addr);
  if (!address) return;
  int size = BPF_CORE_READ(address, len) - (int)sizeof(unsigned short);
  if (size <= 0 || size > SOCKWATCH_NAME_SIZE) return;
  event->name_size = size;
  bpf_core_read(event->name, sizeof(event->name), &address->name[0].sun_path);
}

static __always_inline void describe(struct sockwatch_event* event, struct sock* sk) {
  event->family = BPF_CORE_READ(sk, __sk_common.skc_family);
  event->type = BPF_CORE_READ(sk, sk_type);
  event->protocol = BPF_CORE_READ(sk, sk_protocol);
  event->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
  if (!event->cookie) event->cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  event->inode = BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino);
  if (event->family == AF_UNIX) {
    event->protocol = 0;
    describe_name(event, sk);
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
  struct sockwatch_event* event = begin(after == TCP_LISTEN ? SOCKWATCH_OPENED : SOCKWATCH_CLOSED, NO_FD);
  if (!event) return 0;
  event->cookie = bpf_get_socket_cookie(sk);
  describe(event, sk);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

// The socket behind a descriptor of the current process; null where it is something else by now.
static __always_inline struct sock* socket_of(__u32 fd) {
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

static __always_inline int is_watched(struct sock* sk) {
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  if (family == AF_UNIX) return 1;
  if (family != AF_INET && family != AF_INET6) return 0;
  __u16 protocol = BPF_CORE_READ(sk, sk_protocol);
  return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// What a bind asked for: struct sockaddr_in, sockaddr_in6 or sockaddr_un in the caller's memory.
static __always_inline void describe_request(struct sockwatch_event* event, const struct call* call) {
  const void* address = call->address;
  __u16 port = 0;
  switch (event->family) {
    case AF_INET:
      bpf_probe_read_user(&port, sizeof(port), address + 2);
      bpf_probe_read_user(event->address, 4, address + 4);
      break;
    case AF_INET6:
      bpf_probe_read_user(&port, sizeof(port), address + 2);
      bpf_probe_read_user(event->address, 16, address + 8);
      break;
    case AF_UNIX: {
      __u32 size = call->size > 2 ? call->size - 2 : 0;
      if (size > SOCKWATCH_NAME_SIZE) size = SOCKWATCH_NAME_SIZE;
      event->name_size = size;
      if (size) bpf_probe_read_user(event->name, SOCKWATCH_NAME_SIZE, address + 2);
      break;
    }
  }
  if (event->family != AF_UNIX) event->port = __builtin_bswap16(port);
}

static __always_inline int enter(struct call_enter* context, int with_address) {
  __u64 thread = bpf_get_current_pid_tgid();
  struct call call = {.fd = context->arguments[0]};
  if (with_address) {
    call.address = (const void*)context->arguments[1];
    call.size = context->arguments[2];
  }
  bpf_map_update_elem(&calls, &thread, &call, 0);
  return 0;
}

static __always_inline int leave(struct call_exit* context, __u32 failure) {
  __u64 thread = bpf_get_current_pid_tgid();
  struct call* found = bpf_map_lookup_elem(&calls, &thread);
  if (!found) return 0;
  struct call call = *found;
  bpf_map_delete_elem(&calls, &thread);
  struct sock* sk = socket_of(call.fd);
  if (!sk || !is_watched(sk)) return 0;
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  __u16 type = BPF_CORE_READ(sk, sk_type);
  int bind = failure == SOCKWATCH_BIND_FAILED;
  if (context->result == 0) {
    // A bound datagram socket waits for whoever writes to it; everything else does from listen on. TCP tells
    // by itself.
    int opens = bind ? type == SOCK_DGRAM : family == AF_UNIX;
    if (!opens) return 0;
  }
  struct sockwatch_event* event = begin(context->result == 0 ? SOCKWATCH_OPENED : failure, call.fd);
  if (!event) return 0;
  describe(event, sk);
  if (context->result < 0) event->error = -context->result;
  // A socket that could not be bound has no address of its own.
  if (bind && context->result < 0) describe_request(event, &call);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

SEC("tp/syscalls/sys_enter_bind")
int enter_bind(struct call_enter* context) { return enter(context, 1); }

SEC("tp/syscalls/sys_exit_bind")
int exit_bind(struct call_exit* context) { return leave(context, SOCKWATCH_BIND_FAILED); }

SEC("tp/syscalls/sys_enter_listen")
int enter_listen(struct call_enter* context) { return enter(context, 0); }

SEC("tp/syscalls/sys_exit_listen")
int exit_listen(struct call_exit* context) { return leave(context, SOCKWATCH_LISTEN_FAILED); }

char LICENSE[] SEC("license") = "GPL";
