import { isIPv4 } from 'node:net';
import { CoverageError } from '../base/coverage.js';
import { textField } from '../base/text.js';
import type { OwnedListener, ProcessOwner } from '../kernel/owners/owner.js';
import { UNKNOWN_PROCESS } from '../kernel/owners/process_fields.js';
import type { Protocol, Transport, UnixType } from '../kernel/sockets/listener.js';
import { parseSsEndpoint, type SsEndpoint } from './ss_endpoint.js';
import { plainText, withoutColours } from './ss_lines.js';
import { DETAILS, type SsRow } from './ss_rows.js';
import { parseUsers, type SsUser } from './ss_users.js';

/** Stands for the network namespace, which ss does not print. Real inode numbers are large. */
export const UNKNOWN_NETNS = '0';

/** A row that is not in the format of ss. */
export class UnreadableRow extends CoverageError {}

/** null for other kinds of sockets (netlink, packet, raw, vsock, …), which are not evaluated. */
export function protocolOfNetid(netid: string): Protocol | null {
  if (netid === 'tcp' || netid === 'udp') return netid;
  return netid.startsWith('u_') ? 'unix' : null;
}

/** Recv-Q, Send-Q, local address; the peer of a socket that accepts has no port. */
const INET = /^(\d{1,10})\s+(\d{1,10})\s+(\S+)\s+[\w.:%*[\]]*:\*(?:\s+|$)/;

/** Widths of the columns of a row with addresses and ports, colons included; null for other rows. */
export function endpointColumns({ rest }: SsRow): { host: number; port: number; peerHost: number } | null {
  const [, host, port, peerHost] = /^\d+\s+\d+\s+(\S*:)([^\s:]+)\s+(\S*:)/.exec(rest) ?? [];
  if (host === undefined || port === undefined || peerHost === undefined) return null;
  return { host: host.length, port: port.length, peerHost: peerHost.length };
}

/** The local address of a TCP, UDP or raw socket, in any state; null if there is none. */
export function endpointOf({ rest }: SsRow): SsEndpoint | null {
  const [, local = ''] = /^\d+\s+\d+\s+(\S+)/.exec(rest) ?? [];
  return parseSsEndpoint(local, 'tcp');
}

/** Whether a row is from a version that prints IPv6 without brackets and `*` for 0.0.0.0. */
export function isOfOldStyle(row: SsRow): boolean {
  const endpoint = endpointOf(row);
  if (endpoint === null) return false;
  return (
    endpoint.isOldStyle ||
    (endpoint.address !== null && isIPv4(endpoint.address) && /^\d+\s+\d+\s+\S+\s+\*:\*/.test(row.rest))
  );
}

/**
 * The listener in a row; null if the socket does not accept. With `isOldStyle`, `*` is the IPv4 wildcard.
 * @throws UnreadableRow
 */
export function listenerOf(protocol: Protocol, row: SsRow, isOldStyle: boolean): OwnedListener | null {
  return protocol === 'unix' ? unixListener(row) : inetListener(protocol, row, isOldStyle);
}

function inetListener(protocol: Transport, row: SsRow, isOldStyle: boolean): OwnedListener | null {
  if (row.state !== (protocol === 'tcp' ? 'LISTEN' : 'UNCONN')) return null;
  const { line } = row;
  const [columns, current, max, local = ''] = INET.exec(row.rest) ?? [];
  const endpoint = parseSsEndpoint(local, protocol);
  if (columns === undefined || endpoint === null) throw new UnreadableRow({ code: 'ss-no-endpoint', params: { line } });
  const { port, portText, device } = endpoint;
  if (port === null) throw new UnreadableRow({ code: 'ss-unknown-port', params: { line, name: portText } });
  const { owners, details } = ownersIn(row.rest.slice(columns.length), line);
  if (!hasOnlyDetails(details)) throw new UnreadableRow({ code: 'ss-bad-details', params: { line } });
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

/** Text behind the columns comes from options. Columns of another row there were moved by a newline in a name. */
function hasOnlyDetails(details: string): boolean {
  const text = plainText(details).trim();
  return text === '' || (DETAILS.test(text) && !/(?:^|\s)\d+\s+\*\s+\d+(?:\s|$)/.test(text));
}

/** `*` is a dual-stack `::`. `[::]` says nothing about v6only, since versions differ. */
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
  const v6only = /(?:^|\s)v6only:([01])(?:\s|$)/.exec(details)?.[1];
  return { address: address.toLowerCase(), family: 'ipv6', v6only: v6only === undefined ? null : v6only === '1' };
}

/** `sk:2ab0` is the cookie in hex. Versions before 4.18 print a pointer or two numbers, which are not cookies. */
function cookieIn(details: string): string | null {
  const hex = /(?:^|\s)sk:([0-9a-f]{1,16})(?:\s|$)/.exec(details)?.[1];
  return hex === undefined ? null : String(BigInt(`0x${hex}`));
}

/** -e omits uid 0. */
function uidIn(details: string): number | null {
  const uid = /(?:^|\s)uid:(\d{1,10})(?:\s|$)/.exec(details)?.[1];
  if (uid !== undefined) return Number(uid);
  return /(?:^|\s)ino:\d/.test(details) ? 0 : null;
}

/** Recv-Q and Send-Q. */
const QUEUES = /^(\d{1,10})\s+(\d{1,10})\s+(?=\S)/;

/** After a name: inode, `*`, the peer's inode, and then nothing or the details of options. */
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
  // A name may contain spaces, newlines and text that looks like the columns after it, so the last match counts.
  const behind = Array.from(columns.matchAll(BEHIND_NAME)).at(-1);
  if (queues === '' || behind === undefined)
    throw new UnreadableRow({ code: 'ss-no-name', params: { line: row.line } });
  const name = columns.slice(0, behind.index).trimEnd();
  // `*`: unnamed.
  if (!listens && name === '*') return null;
  const { owners } = ownersIn(columns.slice(behind.index + behind[0].length), row.line);
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

function ownersIn(text: string, line: number): { readonly owners: ProcessOwner[]; readonly details: string } {
  // `grep --color` marks a name with more bytes than a name can have.
  const parsed = parseUsers(text) ?? parseUsers(withoutColours(text));
  if (parsed === null) throw new UnreadableRow({ code: 'ss-bad-users', params: { line } });
  return { owners: parsed.users.map(ownerOf), details: parsed.details };
}

function ownerOf({ comm, pid, fd }: SsUser): ProcessOwner {
  return {
    kind: 'process',
    pid,
    fd,
    ...UNKNOWN_PROCESS,
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
    // ss prints the same for all three reasons. The rest of the text decides.
    ownersUnknown: owners.length === 0 ? ('not-looked' as const) : null,
  };
}
