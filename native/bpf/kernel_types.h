// Kernel types, reduced to the fields that the programs read. preserve_access_index makes the loader relocate
// each access to the field's offset in the running kernel (CO-RE), so that building needs neither a full
// vmlinux.h nor BTF.
#ifndef SOCKWATCH_BPF_KERNEL_TYPES_H
#define SOCKWATCH_BPF_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

// include/uapi/linux/bpf.h
enum bpf_map_type {
  BPF_MAP_TYPE_HASH = 1,
  BPF_MAP_TYPE_ARRAY = 2,
  BPF_MAP_TYPE_PERCPU_ARRAY = 6,
  BPF_MAP_TYPE_LRU_HASH = 9,
  BPF_MAP_TYPE_RINGBUF = 27
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

// include/linux/ns_common.h, include/linux/pid_namespace.h, include/linux/pid.h
struct ns_common {
  unsigned int inum;
};
struct pid_namespace {
  struct ns_common ns;
};
struct upid {
  int nr;
  struct pid_namespace* ns;
};
struct pid {
  unsigned int level;
  struct upid numbers[1];
};

// include/linux/fs.h, include/linux/fdtable.h
struct inode {
  unsigned short i_mode;
  unsigned long i_ino;
};
struct file {
  struct inode* f_inode;
  void* private_data;
};
struct fdtable {
  unsigned int max_fds;
  struct file** fd;
};
struct files_struct {
  struct fdtable* fdt;
};

// include/net/net_namespace.h
struct net {
  struct ns_common ns;
};
typedef struct {
  struct net* net;
} possible_net_t;

// include/net/sock.h, include/linux/net.h
typedef struct {
  __s64 counter;
} atomic64_t;
struct in6_addr {
  union {
    __u8 u6_addr8[16];
  } in6_u;
};
struct sock_common {
  __be32 skc_rcv_saddr;
  __u16 skc_num;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  unsigned char skc_ipv6only : 1;
  int skc_bound_dev_if;
  possible_net_t skc_net;
  struct in6_addr skc_v6_rcv_saddr;
  atomic64_t skc_cookie;
};
struct socket;
struct sock {
  struct sock_common __sk_common;
  __u16 sk_type;
  __u16 sk_protocol;
  struct socket* sk_socket;
};
struct socket {
  struct file* file;
  struct sock* sk;
};

struct socket_alloc {
  struct socket socket;
  struct inode vfs_inode;
};

// include/net/af_unix.h, include/uapi/linux/un.h
struct sockaddr_un {
  unsigned short sun_family;
  char sun_path[108];
};
struct unix_address {
  int len;
  struct sockaddr_un name[1];
};
struct unix_sock {
  struct unix_address* addr;
};

// include/linux/uidgid.h, include/linux/user_namespace.h, include/linux/cred.h
typedef struct {
  __u32 val;
} kuid_t;
struct user_namespace {
  struct user_namespace* parent;
  int level;
  kuid_t owner;
};
struct cred {
  kuid_t uid;
  struct user_namespace* user_ns;
};

// include/linux/sched.h
struct task_struct {
  const struct cred* cred;
  char comm[16];
  struct pid* thread_pid;
  struct task_struct* group_leader;
  struct files_struct* files;
};

// include/linux/bpf.h, kernel/bpf/task_iter.c
struct seq_file;
struct bpf_iter_meta {
  struct seq_file* seq;
};
struct bpf_iter__task_file {
  struct bpf_iter_meta* meta;
  struct task_struct* task;
  __u32 fd;
  struct file* file;
};

#pragma clang attribute pop

#endif
