import { isIPv4 } from 'node:net';
import { textField } from '../base/text.js';
import type { OwnedListener, ProcessOwner } from '../kernel/owners/owner.js';
import { NOTHING_KNOWN } from '../kernel/owners/process_fields.js';
import type { Protocol, Transport, UnixType } from '../kernel/sockets/listener.js';
import { parseSsEndpoint, type SsEndpoint } from './ss_endpoint.js';
import type { SsRow } from './ss_rows.js';
import { parseUsers, type SsUser } from './ss_users.js';

/** The network namespace, which ss does not tell. Real ones have large numbers (/proc/self/ns/net). */
export const UNKNOWN_NETNS = '0';

/** A row that is not as ss prints them; the message says what of it. */
export class NotUnderstood extends Error {}

/** Which table a row belongs to; null for sockets of other kinds (netlink, packet, raw, vsock, …), which nobody judges. */
export function protocolOf({ netid, state }: SsRow): Protocol | null {
  switch (netid) {
    case 'tcp':
    case 'udp':
      return netid;
    case null:
      // Of TCP alone, or of UDP alone: ss leaves the column out where there is one kind only.
      if (state === 'LISTEN') return 'tcp';
      return state === 'UNCONN' ? 'udp' : null;
    default:
      return netid.startsWith('u_') ? 'unix' : null;
  }
}

/** Recv-Q, Send-Q, local address, peer, and what follows. */
const INET = /^(\d{1,10})\s+(\d{1,10})\s+(\S+)\s+\S+(?:\s+|$)/;

/** Whether a row is of a version that writes IPv6 without brackets, and `*` for 0.0.0.0. */
export function isOfOldStyle(row: SsRow): boolean {
  const protocol = protocolOf(row);
  if (protocol !== 'tcp' && protocol !== 'udp') return false;
  const [, , , local = '', peer = ''] = /^(\d+)\s+(\d+)\s+(\S+)\s+(\S+)/.exec(row.rest) ?? [];
  const endpoint = parseSsEndpoint(local, protocol);
  if (endpoint === null) return false;
  return endpoint.isOldStyle || (endpoint.address !== null && isIPv4(endpoint.address) && peer === '*:*');
}

/**
 * The listener in a row; null where the socket does not accept. With `isOldStyle`, `*` is the wildcard of IPv4 alone.
 * @throws NotUnderstood
 */
export function listenerOf(protocol: Protocol, row: SsRow, isOldStyle: boolean): OwnedListener | null {
  return protocol === 'unix' ? unixListener(row) : inetListener(protocol, row, isOldStyle);
}

function inetListener(protocol: Transport, row: SsRow, isOldStyle: boolean): OwnedListener | null {
  if (row.state !== (protocol === 'tcp' ? 'LISTEN' : 'UNCONN')) return null;
  const [columns, current, max, local = ''] = INET.exec(row.rest) ?? [];
  const endpoint = parseSsEndpoint(local, protocol);
  if (columns === undefined || endpoint === null) throw new NotUnderstood('no address and port where they should be');
  const { port, portText, device } = endpoint;
  if (port === null) throw new NotUnderstood(`the port is given by a name that is not known, "${portText}"`);
  const { owners, details } = ownersIn(row.rest.slice(columns.length));
  return {
    ...common(row, protocol, owners),
    ...addressOf(endpoint, isOldStyle, details),
    state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    type: null,
    port,
    device,
    path: null,
    abstract: null,
    inode: Number(/(?:^|\s)ino:(\d{1,10})(?:\s|$)/.exec(details)?.[1] ?? 0),
    cookie: cookieIn(details),
    uid: uidIn(details),
    backlog: protocol === 'tcp' ? { current: Number(current), max: Number(max) } : null,
  };
}

/** `*` stands for `::` of a socket that serves both families; `[::]` tells nothing sure, since versions differ. */
function addressOf(
  { address }: SsEndpoint,
  isOldStyle: boolean,
  details: string,
): Pick<OwnedListener, 'address' | 'family' | 'v6only'> {
  if (address === null) {
    return isOldStyle
      ? { address: '0.0.0.0', family: 'ipv4', v6only: null }
      : { address: '::', family: 'ipv6', v6only: false };
  }
  if (isIPv4(address)) return { address, family: 'ipv4', v6only: null };
  const said = /(?:^|\s)v6only:([01])(?:\s|$)/.exec(details)?.[1];
  return { address: address.toLowerCase(), family: 'ipv6', v6only: said === undefined ? null : said === '1' };
}

/** `sk:2ab0`, the cookie in hex; versions before 4.18 print a pointer there, or two numbers, which are no cookie. */
function cookieIn(details: string): string | null {
  const hex = /(?:^|\s)sk:([0-9a-f]{1,16})(?:\s|$)/.exec(details)?.[1];
  return hex === undefined ? null : String(BigInt(`0x${hex}`));
}

/** -e leaves the uid out where it is 0. */
function uidIn(details: string): number | null {
  const uid = /(?:^|\s)uid:(\d{1,10})(?:\s|$)/.exec(details)?.[1];
  if (uid !== undefined) return Number(uid);
  return /(?:^|\s)ino:\d/.test(details) ? 0 : null;
}

/** Recv-Q and Send-Q. */
const QUEUES = /^(\d{1,10})\s+(\d{1,10})\s+(?=\S)/;

/** Behind a name: the inode, `*`, the peer's inode, and then nothing or what options add. */
const BEHIND_NAME = /\s(\d{1,10})\s+\*\s+\d+(?=\s*$|\s+(?:users:\(\(|<->|skmem:|-->|<--|---))\s*/g;

const UNIX_TYPES: ReadonlyMap<string | null, UnixType> = new Map([
  ['u_str', 'stream'],
  ['u_seq', 'seqpacket'],
  ['u_dgr', 'dgram'],
]);

function unixListener(row: SsRow): OwnedListener | null {
  const type = UNIX_TYPES.get(row.netid) ?? null;
  const listens = row.state === 'LISTEN';
  if (!listens && (row.state !== 'UNCONN' || type !== 'dgram')) return null;
  const [queues = '', current, max] = QUEUES.exec(row.rest) ?? [];
  const columns = row.rest.slice(queues.length);
  // A name may hold spaces and line ends and look like what is behind it, so it reaches as far as it can.
  const behind = Array.from(columns.matchAll(BEHIND_NAME)).at(-1);
  if (queues === '' || behind === undefined) throw new NotUnderstood('no name and inode where they should be');
  const name = columns.slice(0, behind.index).trimEnd();
  // `*` stands for no name.
  if (!listens && name === '*') return null;
  const { owners } = ownersIn(columns.slice(behind.index + behind[0].length));
  const bytes = Buffer.from(name, 'latin1');
  const isAbstract = name.startsWith('@');
  return {
    ...common(row, 'unix', owners),
    family: 'unix',
    state: listens ? 'LISTEN' : 'UNCONN',
    type,
    address: null,
    port: null,
    device: null,
    v6only: null,
    ...textField('path', name === '*' || isAbstract ? null : bytes),
    ...textField('abstract', isAbstract ? bytes.subarray(1) : null),
    inode: Number(behind[1]),
    cookie: null,
    uid: null,
    backlog: listens ? { current: Number(current), max: Number(max) } : null,
  };
}

function ownersIn(text: string): { readonly owners: ProcessOwner[]; readonly details: string } {
  const found = parseUsers(text);
  if (found === null) throw new NotUnderstood('the users are not as ss prints them');
  return { owners: found.users.map(ownerOf), details: found.details };
}

function ownerOf({ comm, pid, fd }: SsUser): ProcessOwner {
  return {
    kind: 'process',
    pid,
    fd,
    ...NOTHING_KNOWN,
    ...textField('comm', Buffer.from(comm, 'latin1')),
  };
}

function common(row: SsRow, protocol: Protocol, owners: readonly ProcessOwner[]) {
  return {
    id: `${protocol}:line${row.line}`,
    protocol,
    netns: UNKNOWN_NETNS,
    file: null,
    drops: null,
    cgroupId: null,
    origin: null,
    owners,
    // ss says the same where it was not asked, may not see the process, and where there is none.
    ownersUnknown: owners.length === 0 ? ('permission' as const) : null,
  };
}
