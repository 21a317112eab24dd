// The event programs for kernels with fexit: they run when the kernel functions behind bind and listen
// return, however they were called, and cost other system calls nothing. The security hooks come first, so
// what they refuse does not reach those functions.

#include "events.bpf.h"

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
  on_bind(user_socket(context[0]), &call, 1);
  return 0;
}

// int listen(struct socket*, int)
static __always_inline int exit_of_listen(__u64* context) {
  struct call call = {.fd = NO_FD, .result = (int)context[2]};
  on_listen(user_socket(context[0]), &call);
  return 0;
}

SEC("fexit/inet_bind")
int inet_bind(__u64* context) { return exit_of_bind(context); }

SEC("fexit/inet6_bind")
int inet6_bind(__u64* context) { return exit_of_bind(context); }

SEC("fexit/unix_bind")
int unix_bind(__u64* context) { return exit_of_bind(context); }

SEC("fexit/mptcp_bind")
int mptcp_bind(__u64* context) { return exit_of_bind(context); }

SEC("fexit/security_socket_bind")
int refused_bind(__u64* context) { return (int)context[3] < 0 ? exit_of_bind(context) : 0; }

SEC("fexit/inet_listen")
int inet_listen(__u64* context) { return exit_of_listen(context); }

SEC("fexit/unix_listen")
int unix_listen(__u64* context) { return exit_of_listen(context); }

SEC("fexit/mptcp_listen")
int mptcp_listen(__u64* context) { return exit_of_listen(context); }

SEC("fexit/security_socket_listen")
int refused_listen(__u64* context) { return (int)context[2] < 0 ? exit_of_listen(context) : 0; }
