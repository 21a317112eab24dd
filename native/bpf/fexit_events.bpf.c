// The event programs for kernels with fexit: they run when the kernel functions behind bind and listen
// return, however they were called, and cost other system calls nothing. The security hooks come first, so
// what they refuse does not reach those functions.

#include "events.bpf.h"

// inet_listen() and mptcp_listen() are the only ones that start a TCP listener, and both are seen to return.
static __always_inline int is_listen_call(__u64 thread) {
  (void)thread;
  return 1;
}

// Sockets of the kernel itself have no file. Among them are the subflows of MPTCP sockets, for which
// mptcp_bind() and mptcp_listen() call inet_bind() and inet_listen() (net/mptcp/protocol.c).
static __always_inline struct sock* user_socket(__u64 argument) {
  struct socket* socket = (struct socket*)argument;
  return BPF_CORE_READ(socket, file) ? BPF_CORE_READ(socket, sk) : 0;
}

// int bind(struct socket*, struct sockaddr*, int)
static __always_inline int exit_of_bind(__u64* context) {
  struct call call = {
      .fd = NO_FD, .size = (__u32)context[2], .address = (const void*)context[1], .result = (int)context[3]};
  struct sock* sk = user_socket(context[0]);
  if (!sk && call.result < 0) {
    // A tunnel device that does not get its port, too.
    struct sock* kernel = BPF_CORE_READ((struct socket*)context[0], sk);
    if (BPF_CORE_READ(kernel, sk_protocol) == IPPROTO_UDP) sk = kernel;
  }
  on_bind(sk, &call, 1);
  return 0;
}

// int listen(struct socket*, int)
static __always_inline int exit_of_listen(__u64* context) {
  struct call call = {.fd = NO_FD, .result = (int)context[2]};
  on_listen(user_socket(context[0]), &call);
  return 0;
}

// The loader replaces the names of functions that the kernel lacks (fexit_targets.h).

SEC("fexit/inet_bind")
int bind_inet(__u64* context) { return exit_of_bind(context); }

SEC("fexit/inet6_bind")
int bind_inet6(__u64* context) { return exit_of_bind(context); }

SEC("fexit/unix_bind")
int bind_unix(__u64* context) { return exit_of_bind(context); }

SEC("fexit/mptcp_bind")
int bind_mptcp(__u64* context) { return exit_of_bind(context); }

SEC("fexit/security_socket_bind")
int refused_bind(__u64* context) { return (int)context[3] < 0 ? exit_of_bind(context) : 0; }

SEC("fexit/inet_listen")
int listen_inet(__u64* context) { return exit_of_listen(context); }

SEC("fexit/unix_listen")
int listen_unix(__u64* context) { return exit_of_listen(context); }

SEC("fexit/mptcp_listen")
int listen_mptcp(__u64* context) { return exit_of_listen(context); }

SEC("fexit/security_socket_listen")
int refused_listen(__u64* context) { return (int)context[2] < 0 ? exit_of_listen(context) : 0; }
