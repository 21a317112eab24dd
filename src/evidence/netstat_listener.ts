import { isIPv4, isIPv6 } from 'node:net';
import { textField } from '../base/text.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Family, Protocol, Transport, UnixType } from '../kernel/sockets/listener.js';
import { ownerIn } from './netstat_program.js';
import type { NetstatRow } from './netstat_rows.js';
import { portOf } from './ss_endpoint.js';
import { UNKNOWN_NETNS, UnreadableRow } from './ss_listener.js';

/** What a row says. */
export interface NetstatSocket {
  readonly protocol: Protocol;
  readonly family: Family;
  /** 0: unknown. */
  readonly inode: number;
  /** null if it does not accept. */
  readonly listener: OwnedListener | null;
}

const STATES =
  'ESTABLISHED|SYN_SENT|SYN_RECV|FIN_WAIT1|FIN_WAIT2|TIME_WAIT|CLOSE|CLOSE_WAIT|LAST_ACK|LISTEN|CLOSING|UNKNOWN';

/** Protocol, queues, addresses; an IPv6 address is followed by its port without brackets. */
const INET = new RegExp(`^(tcp|udp)(6?)\\s+\\d+\\s+\\d+\\s+(\\S+)\\s+(\\S+)(?:\\s+(${STATES}))?(?:\\s+|$)`);

/** User and inode (-e). */
const EXTENDED = /^([^\s/]+)\s+(\d{1,10})(?:\s+|$)/;

/** `-` or `PID/name` (-p), in a column that is wider than it, then a security context (-Z). Other programs do not cut the name. */
const PROGRAM = /^(?:-|(\d{1,7})\/(.{0,17}?|\S{18,64}))(?: {2,}\S+)? *$/s;

/** -o. */
const TIMER = /\s*(?:off|on\d?|keepalive|timewait|probe|unkn-\d+)\s+\([\d.]+\/\d+\/\d+\)\s*$/;

/** Without -W, an address and port have at most this many characters together, with the colon. */
const CUT_LENGTH = 23;

/** Whether a row has an address that is longer than netstat prints without -W. */
export function isWideRow({ text }: NetstatRow): boolean {
  const [, , , local = '', peer = ''] = INET.exec(text) ?? [];
  return Math.max(local.length, peer.length) > CUT_LENGTH;
}

/**
 * The socket in a row of "Active Internet connections"; null for kinds that are not evaluated.
 * @throws UnreadableRow
 */
export function inetSocket(row: NetstatRow, isWide: boolean): NetstatSocket | null {
  if (!/^(?:tcp|udp)6?\s/.test(row.text)) return null;
  const { line } = row;
  const [columns, kind, six = '', local = '', peer = '', state] = INET.exec(row.text) ?? [];
  if (columns === undefined) throw new UnreadableRow({ code: 'ss-no-endpoint', params: { line } });
  const protocol: Transport = kind === 'udp' ? 'udp' : 'tcp';
  const endpoint = endpointOf(local, protocol, six !== '', isWide, line);
  const { family, port } = endpoint;
  const accepts = protocol === 'tcp' ? state === 'LISTEN' : peer.endsWith(':*') && state === undefined;
  if (protocol === 'tcp' && state === undefined) throw badEnd(line);
  const { uid, inode, owners } = factsIn(row.text.slice(columns.length), line);
  if (!accepts) return { protocol, family, inode, listener: null };
  if (port === null) {
    const name = local.slice(local.lastIndexOf(':') + 1);
    throw new UnreadableRow({ code: 'ss-unknown-port', params: { line, name } });
  }
  const listener: OwnedListener = {
    ...common(line, protocol, inode, owners),
    ...endpoint,
    port,
    v6only: null,
    state: protocol === 'tcp' ? 'LISTEN' : 'UNCONN',
    type: null,
    path: null,
    abstract: null,
    uid,
    backlog: null,
  };
  return { protocol, family, inode, listener };
}

function badEnd(line: number): UnreadableRow {
  return new UnreadableRow({ code: 'netstat-bad-end', params: { line } });
}

interface Endpoint {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly port: number | null;
}

/** `*` is the wildcard, in old versions. Names of hosts other than localhost are those of the node. */
function endpointOf(text: string, protocol: Transport, isSix: boolean, isWide: boolean, line: number): Endpoint {
  const colon = text.lastIndexOf(':');
  const written = text.slice(0, Math.max(0, colon)).replace(/^\[(.*)\]$/, '$1');
  const port = portOf(text.slice(colon + 1), protocol);
  const address = written === '*' ? (isSix ? '::' : '0.0.0.0') : written === 'localhost' ? loopback(isSix) : written;
  if (isIPv4(address)) {
    return isSix ? { address: `::ffff:${address}`, family: 'ipv6', port } : { address, family: 'ipv4', port };
  }
  // What is left of an address may be one too.
  if (!isWide && text.length === CUT_LENGTH) {
    throw new UnreadableRow({ code: 'netstat-address-cut', params: { line } });
  }
  if (!isIPv6(address)) throw new UnreadableRow({ code: 'ss-no-endpoint', params: { line } });
  return { address: address.toLowerCase(), family: 'ipv6', port };
}

function loopback(isSix: boolean): string {
  return isSix ? '::1' : '127.0.0.1';
}

type Owners = Pick<OwnedListener, 'owners' | 'ownersUnknown'>;

interface Facts {
  readonly uid: number | null;
  readonly inode: number;
  readonly owners: Owners;
}

/** The columns of options. */
function factsIn(text: string, line: number): Facts {
  const rest = text.replace(TIMER, '');
  const [extended = '', user = '', inode = '0'] = EXTENDED.exec(rest) ?? [];
  const uid = /^\d{1,10}$/.test(user) ? Number(user) : null;
  return { uid, inode: Number(inode), owners: ownersIn(rest.slice(extended.length), line) };
}

/** `not-found`: none is shown; the rest of the text decides why. */
function ownersIn(text: string, line: number): Owners {
  if (text.trim() === '') return { owners: [], ownersUnknown: 'not-found' };
  const [program, pid, name = ''] = PROGRAM.exec(text) ?? [];
  if (program === undefined) throw badEnd(line);
  if (pid === undefined) return { owners: [], ownersUnknown: 'not-found' };
  const owner = ownerIn(Number(pid), name);
  return owner === null ? { owners: [], ownersUnknown: 'not-looked' } : { owners: [owner], ownersUnknown: null };
}

const UNIX_TYPES: ReadonlyMap<string | undefined, UnixType> = new Map([
  ['STREAM', 'stream'],
  ['SEQPACKET', 'seqpacket'],
  ['DGRAM', 'dgram'],
]);

/** References, flags, type, state, inode. */
const UNIX = /^unix\s+\d+\s+\[([ A-Z]*)\]\s+([A-Z]+)(?:\s+([A-Z]+))?\s+(\d{1,10})(?:\s+|$)/;

/**
 * The socket in a row of "Active UNIX domain sockets".
 * @throws UnreadableRow
 */
export function unixSocket({ line, text }: NetstatRow, hasProgram: boolean): NetstatSocket {
  const [columns, flags = '', kind, state, number] = UNIX.exec(text) ?? [];
  if (columns === undefined) throw new UnreadableRow({ code: 'ss-no-name', params: { line } });
  const type = UNIX_TYPES.get(kind) ?? null;
  const inode = Number(number);
  const listens = flags.includes('ACC') && state === 'LISTENING';
  const isReceiver = type === 'dgram' && state === undefined;
  const named = namedIn(text.slice(columns.length), hasProgram, listens);
  if (type === null || named === null || !(listens || isReceiver))
    return { protocol: 'unix', family: 'unix', inode, listener: null };
  const bytes = Buffer.from(named.name, 'latin1');
  const isAbstract = named.name.startsWith('@');
  const listener: OwnedListener = {
    ...common(line, 'unix', inode, ownersIn(named.program, line)),
    family: 'unix',
    state: listens ? 'LISTEN' : 'UNCONN',
    type,
    address: null,
    port: null,
    v6only: null,
    ...textField('path', isAbstract ? null : bytes),
    ...textField('abstract', isAbstract ? bytes.subarray(1) : null),
    uid: null,
    backlog: null,
  };
  return { protocol: 'unix', family: 'unix', inode, listener };
}

/**
 * The name of a socket and what is before it; null: none. Only a socket with a name can listen; without one, the last word may be of
 * the program unless more than one blank is before it.
 */
function namedIn(text: string, hasProgram: boolean, listens: boolean): { name: string; program: string } | null {
  const [, program = '', gap = '', name = ''] = /^(.*?)(\s*)(\S+)\s*$/s.exec(text) ?? [];
  if (name === '' || (!hasProgram && program !== '')) return null;
  if (hasProgram && program === '') return null;
  return !hasProgram || listens || gap.length > 1 || program === '-' ? { name, program } : null;
}

function common(line: number, protocol: Protocol, inode: number, owners: Owners) {
  return {
    id: `${protocol}:line${line}`,
    protocol,
    netns: UNKNOWN_NETNS,
    device: null,
    file: null,
    drops: null,
    cgroupId: null,
    origin: null,
    cookie: null,
    inode,
    ...owners,
  };
}
