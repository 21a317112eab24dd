import type { TextField } from '../../base/text.js';

/** Protocols with ports. */
export type Transport = 'tcp' | 'udp';
/** What a listener speaks, as far as the kernel knows. */
export type Protocol = Transport | 'unix';
/** Address family. */
export type Family = 'ipv4' | 'ipv6' | 'unix';
/** Kind of a unix socket. */
export type UnixType = 'stream' | 'seqpacket' | 'dgram';

/** What is text for sure, or a number. */
export interface ListenerFields {
  /** Unique within one snapshot; `tcp:<cookie>`, or `tcp:i<inode>` where the kernel gave no cookie. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly family: Family;
  /** LISTEN, or UNCONN for a datagram socket that waits for whoever writes to it. */
  readonly state: 'LISTEN' | 'UNCONN';
  /** Unix sockets only. */
  readonly type: UnixType | null;
  /** As the kernel has it: `0.0.0.0`, `::`, `::ffff:127.0.0.1` stay what they are. null for unix. */
  readonly address: string | null;
  /** Host byte order; null for unix. */
  readonly port: number | null;
  /** Name of the interface the socket is bound to (SO_BINDTODEVICE); `#7` where the index has no name any more. */
  readonly device: string | null;
  /** null: not an IPv6 socket, or the kernel did not say. */
  readonly v6only: boolean | null;
  /** Of the socket file when it was bound: `major<<20|minor` and inode number. null without a file. */
  readonly file: { readonly device: number; readonly inode: number } | null;
  /** Socket inode; 0 only where the kernel gave none, which is never looked up. */
  readonly inode: number;
  readonly cookie: string | null;
  /** null where the kernel does not say (unix before 5.3). */
  readonly uid: number | null;
  /** Inode number of the network namespace. */
  readonly netns: string;
  /** Accept queue and its limit, in connections. null for sockets that do not accept connections. */
  readonly backlog: { readonly current: number; readonly max: number } | null;
  /** Packets the kernel dropped at this socket; null where it was not told. */
  readonly drops: number | null;
  /** cgroup2 id of the cgroup the socket was made in; it says who made it, not who holds it now. */
  readonly cgroupId: string | null;
}

/**
 * A socket that accepts: TCP in LISTEN, UDP bound and unconnected, unix stream or seqpacket in LISTEN, unix datagram
 * with a name. The fields are those of the snapshot (schemaVersion 1); numbers of 64 bits are decimal strings.
 *
 * `path` is the name in the file system as it was when the socket was bound; `abstract` an abstract name without its
 * leading NUL.
 */
export type Listener = ListenerFields & TextField<'path'> & TextField<'abstract'>;
