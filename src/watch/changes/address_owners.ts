import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Deadline } from '../../base/deadline.js';
import type { OwnerPass } from '../../kernel/addon.js';
import { withKernelOwners } from '../../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { passWithin, startOwnerPass, startOwnerSearch } from '../../kernel/owners/owner_source.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { type BoundSocket, reasonNotToSeeBound, socketsOfPass, socketsOnPorts } from '../../kernel/sockets/bound.js';
import { captureTables, type Tables } from '../../kernel/sockets/capture.js';
import type { Listener, Transport } from '../../kernel/sockets/listener.js';
import { type ListenerContext, listenersOf, namedUnixSockets } from '../../kernel/sockets/listeners.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import type { CaptureTarget, NodeCapture } from '../../snapshot/capture.js';
import { listenerText } from '../../verdict/text/format.js';
import { fileAt, isAtFile } from './bound_file.js';
import { boundOwner } from './bound_names.js';
import type { AddressOwner } from './change.js';

/** An address that could not be had, and the process that wanted it. */
export interface WantedAddress {
  readonly listener: Listener;
  readonly pid: number;
}

/** Who has an address. `unknown`: why they may not be all. */
export interface AddressOwners {
  readonly holders: readonly AddressOwner[];
  readonly unknown: CoverageFault | null;
}

/** There can be many: any number of sockets with addresses of their own is in the way of a wildcard. */
const MAX_HOLDERS = 16;

/** Who has these addresses, now: in one pass over all processes, and one dump of each table. In order. */
export async function findAddressOwners(
  wanted: readonly WantedAddress[],
  { netns, owners: mode, allowModuleLoad }: Pick<CaptureTarget, 'netns' | 'owners' | 'allowModuleLoad'>,
  { node, network }: Pick<NodeCapture, 'node' | 'network'>,
  deadline: Deadline,
): Promise<AddressOwners[]> {
  const everyStateIn = Number(node.netns);
  const firstPass = startOwnerPass(mode, everyStateIn);
  const search = startOwnerSearch(mode, { everyStateIn, deadline, firstPass });
  const access = { netns, allowModuleLoad };
  const context = { netns: node.netns, devices: network.deviceNames };
  const [tcp, udp, unix] = await Promise.all([
    onPorts('tcp', wanted, access, context, firstPass, deadline),
    onPorts('udp', wanted, access, context, firstPass, deadline),
    onNames(wanted, access, context, deadline),
  ]);
  const finders = { tcp, udp, unix };
  const found = wanted.map((one) => finders[one.listener.protocol](one));
  const sockets = new Map(found.flatMap(({ sockets }) => sockets.map((one) => [one.listener.id, one.listener])));
  const listeners = [...sockets.values()];
  const owned = withKernelOwners(
    attachOwners(listeners, (await findOwners(listeners, mode, search)).found),
    network.tunnels,
  );
  const byId = new Map(owned.map((socket) => [socket.id, socket]));
  return found.map(({ sockets, file, unknown }) => {
    const holders = sockets.flatMap(({ kind, listener }) => {
      const socket = byId.get(listener.id);
      return socket === undefined ? [] : [addressOwner(kind, socket)];
    });
    return { holders: file === null ? holders : [...holders, file], unknown: holders.length === 0 ? unknown : null };
  });
}

/** What is in the way of an address. */
interface Found {
  readonly sockets: readonly BoundSocket[];
  readonly file: AddressOwner | null;
  readonly unknown: CoverageFault | null;
}

const NONE: Found = { sockets: [], file: null, unknown: null };

type Finder = (wanted: WantedAddress) => Found;

function addressOwner(kind: BoundSocket['kind'], socket: OwnedListener): AddressOwner {
  const isKernel = socket.owners.some((owner) => owner.kind === 'kernel');
  return { kind: isKernel ? 'kernel' : kind, place: listenerText(socket), owners: socket.owners.map(boundOwner) };
}

type Access = Parameters<typeof socketsOnPorts>[2];

/** Finds what is in the way of an address of this protocol. */
async function onPorts(
  protocol: Transport,
  wanted: readonly WantedAddress[],
  access: Access,
  context: ListenerContext,
  pass: Promise<OwnerPass> | undefined,
  deadline: Deadline,
): Promise<Finder> {
  const ports = new Set(wanted.flatMap(({ listener }) => (listener.protocol === protocol ? [listener.port ?? 0] : [])));
  if (ports.size === 0) return () => NONE;
  const answer = await socketsOnPorts(protocol, ports, access, context);
  const isRefused = 'code' in answer;
  // /proc/net has the listeners.
  const listed = isRefused ? listening(protocol, await captureTables(access), context) : answer;
  const unknown = isRefused ? answer : protocol === 'tcp' ? reasonNotToSeeBound() : null;
  const seen = unknown === null ? null : await passWithin(pass, deadline);
  const sockets = seen === null ? listed : withSockets(listed, socketsOfPass(protocol, ports, seen, context));
  const byAddress = groupBy(sockets, addressKey);
  const byPort = groupBy(sockets, portKey);
  const isWild = ({ address }: Listener): boolean => isWildcard(address ?? '');
  const wildcards = groupBy(
    sockets.filter(({ listener }) => isWild(listener)),
    portKey,
  );
  return ({ listener: one }) => {
    const same = byAddress.get(addressKey(one)) ?? [];
    const others = (isWild(one) ? byPort : wildcards).get(portKey(one)) ?? [];
    const conflicting = [...same.slice(0, MAX_HOLDERS), ...firstOverlapping(others, one)];
    // A socket whose listen failed is bound to the address itself.
    const isOther = ({ listener }: BoundSocket): boolean => one.inode === 0 || listener.inode !== one.inode;
    return { sockets: [...new Set(conflicting)].filter(isOther).slice(0, MAX_HOLDERS), file: null, unknown };
  };
}

/** By inode: a table from /proc has no other identity. */
function withSockets(listed: readonly BoundSocket[], more: readonly BoundSocket[]): BoundSocket[] {
  const seen = new Set(listed.map(({ listener }) => listener.inode));
  return [...listed, ...more.filter(({ listener }) => !seen.has(listener.inode))];
}

function portKey({ port }: Listener): string {
  return String(port);
}

function addressKey({ port, address }: Listener): string {
  return `${port} ${unmapped(address ?? '')}`;
}

function groupBy(sockets: readonly BoundSocket[], keyOf: (listener: Listener) => string): Map<string, BoundSocket[]> {
  const groups = new Map<string, BoundSocket[]>();
  for (const socket of sockets) {
    const key = keyOf(socket.listener);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [socket]);
    else group.push(socket);
  }
  return groups;
}

function firstOverlapping(sockets: readonly BoundSocket[], wanted: Listener): BoundSocket[] {
  const first: BoundSocket[] = [];
  for (const socket of sockets) {
    if (first.length === MAX_HOLDERS) break;
    if (overlaps(socket.listener, wanted)) first.push(socket);
  }
  return first;
}

function listening(protocol: Transport, tables: Tables, context: ListenerContext): BoundSocket[] {
  const listeners = listenersOf(tables, context).filter((one) => one.protocol === protocol);
  return listeners.map((listener) => ({ kind: 'listener', listener }));
}

/**
 * Whether two sockets on one port conflict: they have the same address, or one of them is a wildcard. A v6only wildcard does not
 * conflict with IPv4.
 */
export function overlaps(present: Listener, wanted: Listener): boolean {
  const [a, b] = [unmapped(present.address ?? ''), unmapped(wanted.address ?? '')];
  if (a === b) return true;
  const covers = (wildcard: Listener, other: string): boolean =>
    isWildcard(wildcard.address ?? '') &&
    (other.includes(':') ? wildcard.family === 'ipv6' : wildcard.family === 'ipv4' || wildcard.v6only !== true);
  return covers(present, b) || covers(wanted, a);
}

/** By name, and by the file that is at a path. */
async function onNames(
  wanted: readonly WantedAddress[],
  access: Access,
  context: ListenerContext,
  deadline: Deadline,
): Promise<Finder> {
  const names = wanted.filter(({ listener }) => listener.protocol === 'unix');
  if (names.length === 0) return () => NONE;
  const { unix } = await captureTables(access);
  const sockets = namedUnixSockets(unix, context);
  const found = await Promise.all(
    names.map(async ({ listener, pid }): Promise<Found> => {
      const file = listener.path === null ? null : await fileAt(listener.path, pid, deadline);
      const isSame = (one: Listener): boolean =>
        file === null || file.device === null
          ? one.path === listener.path && one.abstract === listener.abstract
          : isAtFile(one, file, listener.path);
      const holders = sockets.filter(isSame).slice(0, MAX_HOLDERS).map(namedSocket);
      const isKnown = unix.detailed || isListedAs(listener);
      const unknown = unix.source.errors[0] ?? (isKnown ? null : (unix.source.notes[0] ?? null));
      const left = holders.length > 0 ? null : leftover(listener, file?.state ?? 'absent', unknown);
      return { sockets: holders, file: left, unknown };
    }),
  );
  const byName = new Map(names.map((one, at) => [one, found[at]]));
  return (one) => byName.get(one) ?? NONE;
}

/** Whether /proc/net has a socket with this name under it. It prints NULs as `@` and newlines as they are, and does not say which file a path is. */
export function isListedAs({ abstract }: Listener): boolean {
  return abstract !== null && !/[\0\n]/.test(abstract);
}

function namedSocket(listener: Listener): BoundSocket {
  return { kind: listener.state === 'LISTEN' || listener.type === 'dgram' ? 'listener' : 'bound', listener };
}

/** What is at a path that no socket has. Of a socket file that is known only if all sockets were seen. */
function leftover(wanted: Listener, state: SocketFile['state'], unknown: CoverageFault | null): AddressOwner | null {
  const place = listenerText(wanted);
  if (state === 'not-a-socket') return { kind: 'other-file', place, owners: [] };
  return state === 'socket' && unknown === null ? { kind: 'file', place, owners: [] } : null;
}
