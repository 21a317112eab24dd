// The local address of a TCP or UDP socket.
#ifndef SOCKWATCH_BPF_LOCAL_ADDRESS_BPF_H
#define SOCKWATCH_BPF_LOCAL_ADDRESS_BPF_H

#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

// include/linux/socket.h, include/linux/net.h, include/uapi/linux/in.h
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_SEQPACKET 5
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_MPTCP 262

static __always_inline void read_local_address(struct sock* sk, __u16 family, unsigned char address[16],
                                               unsigned char* v6only) {
  if (family == AF_INET) {
    __be32 v4 = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
    __builtin_memcpy(address, &v4, sizeof(v4));
  } else {
    bpf_core_read(address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    *v6only = BPF_CORE_READ_BITFIELD_PROBED(sk, __sk_common.skc_ipv6only);
  }
}

// The protocol of a TCP or UDP socket, 0 for others. sock_diag lists MPTCP sockets as TCP.
static __always_inline __u16 transport_protocol(struct sock* sk) {
  __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
  if (family != AF_INET && family != AF_INET6) return 0;
  __u16 type = BPF_CORE_READ(sk, sk_type);
  __u16 protocol = BPF_CORE_READ(sk, sk_protocol);
  if (type == SOCK_DGRAM) return protocol == IPPROTO_UDP ? IPPROTO_UDP : 0;
  if (type != SOCK_STREAM) return 0;
  return protocol == IPPROTO_TCP || protocol == IPPROTO_MPTCP ? IPPROTO_TCP : 0;
}

#endif
