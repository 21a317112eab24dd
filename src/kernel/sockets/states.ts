/** Socket states as sock_diag numbers them, for unix sockets too (include/net/tcp_states.h). */
export const TCP_CLOSE = 7;
export const TCP_LISTEN = 10;

/** Pseudo-state of a TCP socket that is bound and neither listens nor is connected; in dumps since 6.8. */
export const TCP_BOUND_INACTIVE = 13;

/** Masks for a dump: TCP that accepts, and UDP that is bound and unconnected (UDP has no LISTEN). */
export const LISTENING = { tcp: 1 << TCP_LISTEN, udp: 1 << TCP_CLOSE } as const;

/** Unix streams in LISTEN, and datagram sockets that are not connected. */
export const UNIX_LISTENING = (1 << TCP_LISTEN) | (1 << TCP_CLOSE);

/** include/linux/net.h */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;

/** include/linux/socket.h; Node's os.constants has none of them. */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** include/uapi/linux/in.h */
export const IP_PROTOCOL = { tcp: 6, udp: 17 } as const;
