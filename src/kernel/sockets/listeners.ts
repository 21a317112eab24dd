import { isUtf8 } from 'node:buffer';
import { isTooLong, textField, textOf } from '../../base/text.js';
import { DROPS_UNKNOWN, type InetColumns, UID_UNKNOWN, type UnixColumns, V6ONLY_UNKNOWN } from '../addon.js';
import { addressText } from './address.js';
import type { Table, Tables } from './capture.js';
import type { Listener, Protocol, Transport, UnixType } from './listener.js';
import { AF_INET, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM, TCP_LISTEN } from './states.js';

/** What the tables do not say. */
export interface ListenerContext {
  /** Inode number of the network namespace. */
  readonly netns: string;
  /** Names of its interfaces by index. */
  readonly devices: ReadonlyMap<number, string>;
}

/** Every listener in the tables, in the order TCP, UDP, unix. */
export function listenersOf(tables: Tables, context: ListenerContext): Listener[] {
  return [
    ...inetListeners('tcp', tables.tcp, context),
    ...inetListeners('udp', tables.udp, context),
    ...unixListeners(tables.unix, context),
  ];
}

function inetListeners(protocol: Transport, table: Table<InetColumns>, context: ListenerContext): Listener[] {
  const listeners: Listener[] = [];
  for (const columns of table.columns) {
    for (let at = 0; at < columns.count; at++) {
      listeners.push(inetListener(protocol, columns, at, table.detailed, context));
    }
  }
  return listeners;
}

// Both kinds of listeners are literals that name every property once, in the same order, with those that later steps set: V8 then
// copies an object in one go. Spreading something into the middle of a literal takes ten times as long.

/** Row `at` of a TCP or UDP table. Also for sockets that do not listen. */
export function inetListener(
  protocol: Transport,
  columns: InetColumns,
  at: number,
  detailed: boolean,
  context: ListenerContext,
): Listener {
  const v4 = columns.family[at] === AF_INET;
  const inode = columns.inode[at] ?? 0;
  const cookie = cookieOf(columns.cookie, at);
  const v6only = columns.v6only[at];
  const cgroup = columns.cgroup[at] ?? 0n;
  const listener = {
    id: idOf(protocol, cookie, inode),
    protocol,
    family: v4 ? 'ipv4' : 'ipv6',
    state: columns.state[at] === TCP_LISTEN ? 'LISTEN' : 'UNCONN',
    type: null,
    address: addressText(columns.address.subarray(16 * at, 16 * at + (v4 ? 4 : 16))),
    port: columns.port[at] ?? 0,
    device: deviceName(columns.device[at] ?? 0, context),
    v6only: v6only === undefined || v6only === V6ONLY_UNKNOWN ? null : v6only === 1,
    path: null,
    abstract: null,
    file: null,
    inode,
    cookie,
    uid: uidOf(columns, at),
    netns: context.netns,
    backlog: protocol === 'tcp' && detailed ? backlogOf(columns, at) : null,
    drops: dropsOf(columns, at),
    cgroupId: cgroup === 0n ? null : String(cgroup),
    owners: undefined,
    ownersUnknown: undefined,
    origin: undefined,
    explainedBy: undefined,
  } as const;
  return listener;
}

type NamedColumns = Tables['unix']['columns'][number];

const UNIX_TYPE: Readonly<Record<number, UnixType>> = {
  [SOCK_STREAM]: 'stream',
  [SOCK_DGRAM]: 'dgram',
  [SOCK_SEQPACKET]: 'seqpacket',
};

function unixListeners(table: Tables['unix'], context: ListenerContext): Listener[] {
  const listeners: Listener[] = [];
  for (const columns of table.columns) {
    for (let at = 0; at < columns.count; at++) {
      if (isUnixListener(columns, at)) listeners.push(unixSocket(columns, at, table.detailed, context));
    }
  }
  return listeners;
}

/** In the state of a listener may also be a stream that was never connected, or a datagram socket without a name. */
function isUnixListener(columns: NamedColumns, at: number): boolean {
  return columns.state[at] === TCP_LISTEN || (columns.type[at] === SOCK_DGRAM && hasName(columns, at));
}

/** The ids of the listeners in the tables. */
export function listenerIds({ tcp, udp, unix }: Tables): string[] {
  const ids = (protocol: Protocol, { cookie, inode }: InetColumns | UnixColumns): string[] =>
    Array.from(inode, (one, at) => idOf(protocol, cookieOf(cookie, at), one));
  return [
    ...tcp.columns.flatMap((columns) => ids('tcp', columns)),
    ...udp.columns.flatMap((columns) => ids('udp', columns)),
    ...unix.columns.flatMap((columns) => ids('unix', columns).filter((_, at) => isUnixListener(columns, at))),
  ];
}

/** The sockets of a unix table that have a name, whether or not they listen yet. */
export function namedUnixSockets({ columns, detailed }: Tables['unix'], context: ListenerContext): Listener[] {
  return columns.flatMap((table) =>
    Array.from(table.state.keys())
      .filter((at) => hasName(table, at))
      .map((at) => unixSocket(table, at, detailed, context)),
  );
}

function hasName({ nameEnd }: UnixColumns, at: number): boolean {
  return (nameEnd[at] ?? 0) > (at === 0 ? 0 : (nameEnd[at - 1] ?? 0));
}

function unixSocket(columns: NamedColumns, at: number, detailed: boolean, context: ListenerContext): Listener {
  const listens = columns.state[at] === TCP_LISTEN;
  const type = unixType(columns.type[at] ?? 0);
  const name = columns.names.subarray(at === 0 ? 0 : columns.nameEnd[at - 1], columns.nameEnd[at]);
  const inode = columns.inode[at] ?? 0;
  const cookie = cookieOf(columns.cookie, at);
  const fileInode = columns.fileInode[at] ?? 0;
  const { path, abstract } = unixName(name);
  const listener = {
    id: idOf('unix', cookie, inode),
    protocol: 'unix',
    family: 'unix',
    state: listens ? 'LISTEN' : 'UNCONN',
    type,
    address: null,
    port: null,
    device: null,
    v6only: null,
    path: path === null ? null : textOf(path),
    abstract: abstract === null ? null : textOf(abstract),
    file: fileInode === 0 ? null : { device: columns.fileDevice[at] ?? 0, inode: fileInode },
    inode: columns.doubtful?.has(at) === true ? 0 : inode,
    cookie,
    uid: uidOf(columns, at),
    netns: context.netns,
    backlog: listens && detailed ? backlogOf(columns, at) : null,
    drops: null,
    cgroupId: null,
    owners: undefined,
    ownersUnknown: undefined,
    origin: undefined,
    explainedBy: undefined,
  } as const;
  return isUtf8(name) && !isTooLong(name)
    ? listener
    : { ...listener, ...textField('path', path), ...textField('abstract', abstract) };
}

/** null: not a type of unix sockets. */
export function unixType(type: number): UnixType | null {
  return UNIX_TYPE[type] ?? null;
}

/** The kernel's name as a path or an abstract name; both null: the socket has no name. */
export function unixName(name: Uint8Array): { path: Uint8Array | null; abstract: Uint8Array | null } {
  if (name.length === 0) return { path: null, abstract: null };
  return name[0] === 0
    ? { path: null, abstract: name.subarray(1) }
    : { path: withoutTrailingNul(name), abstract: null };
}

/** The kernel includes the NUL that ends a path. */
function withoutTrailingNul(name: Uint8Array): Uint8Array {
  return name.at(-1) === 0 ? name.subarray(0, -1) : name;
}

/** For a listening socket, rqueue is the length of the accept queue and wqueue its limit. */
export function backlogOf(columns: InetColumns | UnixColumns, at: number): { current: number; max: number } {
  return { current: columns.rqueue[at] ?? 0, max: columns.wqueue[at] ?? 0 };
}

export function dropsOf(columns: InetColumns, at: number): number | null {
  const drops = columns.drops[at] ?? DROPS_UNKNOWN;
  return drops === DROPS_UNKNOWN ? null : drops;
}

function uidOf({ uid }: InetColumns | UnixColumns, at: number): number | null {
  const one = uid[at] ?? UID_UNKNOWN;
  return one === UID_UNKNOWN ? null : one;
}

function cookieOf(cookies: BigUint64Array, at: number): string | null {
  const cookie = cookies[at] ?? 0n;
  return cookie === 0n ? null : String(cookie);
}

/** Unique within a snapshot. */
export function idOf(protocol: Protocol, cookie: string | null, inode: number): string {
  return cookie === null ? `${protocol}:i${inode}` : `${protocol}:${cookie}`;
}

function deviceName(index: number, context: ListenerContext): string | null {
  return index === 0 ? null : (context.devices.get(index) ?? `#${index}`);
}
