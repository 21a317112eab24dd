import type { TextField } from '../../base/text.js';

/** Protocols with ports. */
export type Transport = 'tcp' | 'udp';
/** TCP, UDP or unix. */
export type Protocol = Transport | 'unix';
/** Address family. */
export type Family = 'ipv4' | 'ipv6' | 'unix';
/** Type of a unix socket. */
export type UnixType = 'stream' | 'seqpacket' | 'dgram';

/** Fields whose content no process chooses freely. */
export interface ListenerFields {
  /** Unique within one snapshot; `tcp:<cookie>`, or `tcp:i<inode>` where the kernel gave no cookie. */
  readonly id: string;
  readonly protocol: Protocol;
  readonly family: Family;
  /** LISTEN, or UNCONN for an unconnected datagram socket. */
  readonly state: 'LISTEN' | 'UNCONN';
  /** Unix sockets only. */
  readonly type: UnixType | null;
  /** As in the kernel, `::ffff:127.0.0.1` included; null for unix. */
  readonly address: string | null;
  /** Host byte order; null for unix. */
  readonly port: number | null;
  /** The interface that the socket is bound to (SO_BINDTODEVICE); `#7` if the index has no name any more. */
  readonly device: string | null;
  /** null: not IPv6, or the kernel did not say. */
  readonly v6only: boolean | null;
  /** The socket file when it was bound: `major<<20|minor` and inode number; null: no file. */
  readonly file: { readonly device: number; readonly inode: number } | null;
  /** 0: none, or not certain; so its owners cannot be looked up. */
  readonly inode: number;
  readonly cookie: string | null;
  /** null: the kernel did not say (unix before Linux 5.3). */
  readonly uid: number | null;
  /** Inode number of the network namespace. */
  readonly netns: string;
  /** Length and limit of the accept queue; null: it accepts no connections. */
  readonly backlog: { readonly current: number; readonly max: number } | null;
  /** Packets that the kernel dropped at this socket; null: it did not say. */
  readonly drops: number | null;
  /** cgroup2 id of the cgroup that created the socket, which need not be that of its present owner. */
  readonly cgroupId: string | null;
}

/**
 * A socket that accepts connections or datagrams: TCP in LISTEN, UDP bound and unconnected, unix stream or seqpacket in LISTEN, unix
 * datagram with a name. The fields are those of the snapshot (schemaVersion 1); 64-bit numbers are decimal strings.
 *
 * `path` is the name in the file system when the socket was bound, `abstract` an abstract name without its leading NUL.
 */
export type Listener = ListenerFields & TextField<'path'> & TextField<'abstract'>;
