/** Socket states in sock_diag, of unix sockets too (include/net/tcp_states.h). */
export const TCP_CLOSE = 7;
export const TCP_LISTEN = 10;

/** Their names, by number. 12 is what sock_diag calls SYN_RECV (TCP_NEW_SYN_RECV). */
export const STATE_NAMES: readonly string[] = [
  ...['', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT'],
  ...['CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'SYN_RECV'],
];

/** Pseudo-state of a TCP socket that is bound, but neither listens nor is connected; since Linux 6.8. */
export const TCP_BOUND_INACTIVE = 13;

/** State masks for a dump. UDP has no LISTEN: a bound and unconnected socket is in CLOSE. */
export const LISTENING = { tcp: 1 << TCP_LISTEN, udp: 1 << TCP_CLOSE } as const;

/** Unix streams in LISTEN, and unconnected datagram sockets. */
export const UNIX_LISTENING = (1 << TCP_LISTEN) | (1 << TCP_CLOSE);

/** include/linux/net.h */
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;

/** include/linux/socket.h */
export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

/** include/uapi/linux/in.h */
export const IP_PROTOCOL = { tcp: 6, udp: 17 } as const;
