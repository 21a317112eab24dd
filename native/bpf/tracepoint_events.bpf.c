// The event programs for kernels without fexit: tracepoints at the start and the end of the system calls.
// They make every system call of the machine a little slower, and miss io_uring and 32-bit callers.

#include "events.bpf.h"

// include/uapi/linux/stat.h
#define S_IFMT 00170000
#define S_IFSOCK 0140000

// Calls in progress, by thread.
struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 16 * 1024);
  __type(key, __u64);
  __type(value, struct call);
} calls SEC(".maps");

// Not so for io_uring and the kernel's own listeners: those are reported when their state changes.
static __always_inline int is_listen_call(__u64 thread) { return bpf_map_lookup_elem(&calls, &thread) != 0; }

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

// Returns whether the start of the call was seen, and moves what is known of it to `call`.
static __always_inline int on_sys_exit(struct sys_exit* context, struct call* call) {
  __u64 thread = bpf_get_current_pid_tgid();
  struct call* entry = bpf_map_lookup_elem(&calls, &thread);
  if (!entry) return 0;
  *call = *entry;
  call->result = context->result;
  bpf_map_delete_elem(&calls, &thread);
  return 1;
}

SEC("tp/syscalls/sys_enter_bind")
int enter_bind(struct sys_enter* context) { return on_sys_enter(context, 1); }

SEC("tp/syscalls/sys_exit_bind")
int exit_bind(struct sys_exit* context) {
  struct call call;
  if (on_sys_exit(context, &call)) on_bind(socket_from_fd(call.fd), &call, 0);
  return 0;
}

SEC("tp/syscalls/sys_enter_listen")
int enter_listen(struct sys_enter* context) { return on_sys_enter(context, 0); }

SEC("tp/syscalls/sys_exit_listen")
int exit_listen(struct sys_exit* context) {
  struct call call;
  if (on_sys_exit(context, &call)) on_listen(socket_from_fd(call.fd), &call);
  return 0;
}
