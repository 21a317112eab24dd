import { endianness } from 'node:os';
import {
  DROPS_UNKNOWN,
  type InetColumns,
  NOT_TIME_WAIT,
  UID_UNKNOWN,
  type UnixColumns,
  V6ONLY_UNKNOWN,
} from '../addon.js';
import type { Transport } from './listener.js';
import { AF_INET, AF_INET6, SOCK_DGRAM, TCP_CLOSE, TCP_LISTEN } from './states.js';

/*
 * The text tables in /proc/net, for where sock_diag must not be used. They have the same sockets with fewer fields: no v6only, device,
 * cookie or limit of the accept queue. Formats: get_tcp4_sock() and get_timewait4_sock() in net/ipv4/tcp_ipv4.c,
 * udp4_format_sock() in net/ipv4/udp.c, __ip6_dgram_sock_seq_show() in net/ipv6/datagram.c, unix_seq_show() in
 * net/unix/af_unix.c.
 */

const INET_LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2}) [0-9A-F]{8}:([0-9A-F]{8}) ([0-9A-F]+:[0-9A-F]+) [0-9A-F]+\s+(\d+)\s+-?\d+ (\d+)(.*)$/;

/** An empty table. */
export const NO_SOCKETS = '  sl  local_address\n';

/** The sockets of tcp, tcp6, udp or udp6 in these states, of which bit n is state n. null: a line is malformed. */
export function parseProcInet(text: string, protocol: Transport, states: number): InetColumns | null {
  const lines = wholeLines(text, /^ *sl +local_address /);
  if (lines === null) return null;
  const matches = lines.map((line) => INET_LINE.exec(line));
  if (matches.some((match) => match === null)) return null;
  const stateOf = (match: RegExpExecArray | null): number => Number.parseInt(match?.[3] ?? '', 16);
  const rows = matches.filter((match) => ((states >>> stateOf(match)) & 1) === 1);
  const count = rows.length;
  const field = (at: number): string[] => rows.map((row) => row?.[at] ?? '');
  const hexAddresses = field(1);
  return {
    count,
    family: Uint8Array.from(hexAddresses, (hex) => (hex.length === 8 ? AF_INET : AF_INET6)),
    state: Uint8Array.from(rows, stateOf),
    v6only: new Uint8Array(count).fill(V6ONLY_UNKNOWN),
    address: concatAddresses(hexAddresses),
    port: Uint16Array.from(field(2), (hex) => Number.parseInt(hex, 16)),
    device: new Uint32Array(count),
    uid: Uint32Array.from(field(6), Number),
    inode: Uint32Array.from(field(7), Number),
    rqueue: Uint32Array.from(field(4), (hex) => Number.parseInt(hex, 16)),
    wqueue: new Uint32Array(count),
    // Only UDP has a last column of drops.
    drops: Uint32Array.from(field(8), (rest) =>
      protocol === 'udp' ? Number(rest.trim().split(/\s+/).at(-1)) : DROPS_UNKNOWN,
    ),
    timeWait: Uint32Array.from(field(5), timeWaitOf),
    cookie: new BigUint64Array(count),
    cgroup: new BigUint64Array(count),
  };
}

/** Timer 3, in hundredths of a second (USER_HZ). */
function timeWaitOf(timer: string): number {
  return timer.startsWith('03:') ? Number.parseInt(timer.slice(3), 16) * 10 : NOT_TIME_WAIT;
}

/** The lines below the heading; null: another heading, or the last line is cut off. */
function wholeLines(text: string, heading: RegExp): string[] | null {
  if (!heading.test(text) || !text.endsWith('\n')) return null;
  return text.split('\n').slice(1, -1);
}

/** Addresses are 32-bit words in host byte order. */
function concatAddresses(hexAddresses: readonly string[]): Uint8Array {
  const out = new Uint8Array(16 * hexAddresses.length);
  for (const [at, hex] of hexAddresses.entries()) {
    const bytes = Buffer.from(hex, 'hex');
    if (endianness() === 'LE') bytes.swap32();
    out.set(bytes, 16 * at);
  }
  return out;
}

/** %pK: %08X %08X %08X %04X %02X %5lu, then the name after a space. */
const UNIX_LINE =
  /^(?:[0-9a-f]{8}|[0-9a-f]{16}|\(_*ptrval_*\)): [0-9A-F]{8} [0-9A-F]{8} ([0-9A-F]{8}) ([0-9A-F]{4}) ([0-9A-F]{2}) +(\d+)(?: (.*))?$/;

/** A name has at most the bytes of sun_path (include/uapi/linux/un.h). */
const LONGEST_NAME = 108;

/** __SO_ACCEPTCON, include/uapi/linux/net.h: the socket listens. */
const ACCEPTS = 0x10000;
/** include/uapi/linux/net.h */
const SS_UNCONNECTED = 1;

interface UnixEntry {
  readonly flags: number;
  readonly type: number;
  readonly isConnected: boolean;
  readonly inode: number;
  name: string;
  /** The line may be part of the name before it: its socket need not be the one with this inode, or not exist. */
  readonly isDoubtful: boolean;
}

/** The columns of /proc/net/unix. */
export type ProcUnixColumns = UnixColumns & {
  /** Rows whose inode is not certain. */
  readonly doubtful: ReadonlySet<number>;
  /** Doubtful entries that claim the same inode. They are left out: which of them exist is unknown. */
  readonly contradicting: number;
};

/**
 * The listening sockets of /proc/net/unix, and those with a name that are not connected. The kernel prints newlines in names as they
 * are, so that a name can contain what looks like further lines. Each socket starts a line, so none can be hidden that way. null:
 * another heading, no line of the kernel's, or the last line is cut off.
 */
export function parseProcUnix(bytes: Uint8Array): ProcUnixColumns | null {
  // latin1 keeps every byte.
  const lines = wholeLines(Buffer.from(bytes).toString('latin1'), /^Num +RefCount /);
  const all = lines === null ? null : unixEntries(lines);
  if (all === null) return null;
  const { entries, contradicting } = withoutRepeated(all);
  const listed = entries.filter(
    ({ flags, type, isConnected, name }) =>
      (flags & ACCEPTS) !== 0 || (name !== '' && (type === SOCK_DGRAM || !isConnected)),
  );
  const count = listed.length;
  const names = listed.map(({ name }) => Buffer.from(name.startsWith('@') ? `\0${name.slice(1)}` : name, 'latin1'));
  let end = 0;
  return {
    count,
    type: Uint8Array.from(listed, ({ type }) => type),
    state: Uint8Array.from(listed, ({ flags }) => ((flags & ACCEPTS) !== 0 ? TCP_LISTEN : TCP_CLOSE)),
    uid: new Uint32Array(count).fill(UID_UNKNOWN),
    inode: Uint32Array.from(listed, ({ inode }) => inode),
    rqueue: new Uint32Array(count),
    wqueue: new Uint32Array(count),
    fileDevice: new Uint32Array(count),
    fileInode: new Uint32Array(count),
    cookie: new BigUint64Array(count),
    nameEnd: Uint32Array.from(names, (name) => {
      end += name.length;
      return end;
    }),
    names: Buffer.concat(names),
    doubtful: new Set(listed.flatMap(({ isDoubtful }, at) => (isDoubtful ? [at] : []))),
    contradicting,
  };
}

/** null: a line cannot be the kernel's. */
function unixEntries(lines: readonly string[]): UnixEntry[] | null {
  const entries: UnixEntry[] = [];
  /** Lengths of the names to which the line may belong, up to the line before it. */
  let open: number[] = [];
  for (const line of lines) {
    open = open.map((length) => length + 1 + line.length).filter((length) => length <= LONGEST_NAME);
    const match = UNIX_LINE.exec(line);
    if (match === null) {
      const last = entries.at(-1);
      if (last === undefined || open.length === 0) return null;
      last.name += `\n${line}`;
      continue;
    }
    const [, flags = '', type = '', state = '', inode = '', name = ''] = match;
    entries.push({
      flags: Number.parseInt(flags, 16),
      type: Number.parseInt(type, 16),
      isConnected: Number.parseInt(state, 16) !== SS_UNCONNECTED,
      inode: Number(inode),
      name,
      isDoubtful: open.length > 0,
    });
    if (name !== '') open.push(name.length);
  }
  return entries;
}

/** Each socket is in the table once, though it may be read twice while others come and go. A listener has an inode. */
function withoutRepeated(entries: readonly UnixEntry[]): { entries: UnixEntry[]; contradicting: number } {
  const certain = new Map(entries.filter(({ isDoubtful }) => !isDoubtful).map((entry) => [entry.inode, entry]));
  const doubtful = entries.filter(({ isDoubtful, inode }) => isDoubtful && inode !== 0 && !certain.has(inode));
  const claims = new Map<number, number>();
  for (const { inode } of doubtful) claims.set(inode, (claims.get(inode) ?? 0) + 1);
  const kept = entries.filter((entry) =>
    entry.isDoubtful ? claims.get(entry.inode) === 1 : entry.inode === 0 || certain.get(entry.inode) === entry,
  );
  return { entries: kept, contradicting: doubtful.filter(({ inode }) => claims.get(inode) !== 1).length };
}
