import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Deadline } from '../../base/deadline.js';
import type { OwnerPass } from '../../kernel/addon.js';
import { kernelInodes, withKernelOwners } from '../../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../../kernel/owners/attach_owners.js';
import type { OwnedListener, OwnersUnknown } from '../../kernel/owners/owner.js';
import { passWithin, startOwnerPass, startOwnerSearch } from '../../kernel/owners/owner_source.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { type BoundSocket, reasonNotToSeeBound, socketsOfPass, socketsOnPorts } from '../../kernel/sockets/bound.js';
import { captureTables, type Tables } from '../../kernel/sockets/capture.js';
import type { Listener, Transport } from '../../kernel/sockets/listener.js';
import { type ListenerContext, listenersOf, namedUnixSockets } from '../../kernel/sockets/listeners.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import { timeWaitMs } from '../../kernel/sockets/time_wait.js';
import type { AddressOwner } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';
import type { CaptureTarget, NodeCapture } from '../capture.js';

/** An address that could not be had, and the process that wanted it. */
export interface WantedAddress {
  readonly listener: Listener;
  readonly pid: number;
}

/** What has an address. */
export interface AddressHolder extends AddressOwner {
  /** Id of the socket; null: a file. */
  readonly socket: string | null;
  /** User of the socket; null: a file, or the kernel did not say. */
  readonly uid: number | null;
  /** Why `owners` is empty where it should not be. */
  readonly ownersUnknown: OwnersUnknown | null;
}

/** Who has an address. `unknown`: why they may not be all. */
export interface AddressOwners {
  readonly holders: readonly AddressOwner[];
  readonly unknown: CoverageFault | null;
}

/** The same before it is reported. */
export interface AddressHolders extends AddressOwners {
  readonly holders: readonly AddressHolder[];
}

export interface HolderOptions {
  /** The file at a path, as the process sees it that wants it. null: unknown. */
  readonly fileAt: (path: string, pid: number, deadline: Deadline) => Promise<SocketFile | null>;
  /** There can be many: any number of sockets with addresses of their own is in the way of a wildcard. */
  readonly limit: number;
  /** With the sockets of the namespace in every state; default: one that starts now. */
  readonly firstPass?: Promise<OwnerPass> | undefined;
  /** Sockets whose owners are known, by id. */
  readonly known?: ReadonlyMap<string, OwnedListener>;
}

/** Who has these addresses, now: in one pass over all processes, and one dump of each table. In order. */
export async function findAddressOwners(
  wanted: readonly WantedAddress[],
  { netns, owners: mode, allowModuleLoad }: Pick<CaptureTarget, 'netns' | 'owners' | 'allowModuleLoad'>,
  {
    node,
    network,
  }: {
    readonly node: Pick<NodeCapture['node'], 'netns'>;
    readonly network: Pick<NodeCapture['network'], 'deviceNames' | 'tunnels'>;
  },
  deadline: Deadline,
  options: HolderOptions,
): Promise<AddressHolders[]> {
  const everyStateIn = Number(node.netns);
  const firstPass = options.firstPass ?? startOwnerPass(mode, everyStateIn);
  const search: Search = {
    access: { netns, allowModuleLoad },
    context: { netns: node.netns, devices: network.deviceNames },
    pass: firstPass,
    deadline,
    ...options,
  };
  const [tcp, udp, unix] = await Promise.all([
    onPorts('tcp', wanted, search),
    onPorts('udp', wanted, search),
    onNames(wanted, search),
  ]);
  const finders = { tcp, udp, unix };
  const found = wanted.map((one) => finders[one.listener.protocol](one));
  const sockets = new Map(found.flatMap(({ sockets }) => sockets.map((one) => [one.listener.id, one.listener])));
  const { known = new Map() } = options;
  const rest = [...sockets.values()].filter(({ id }) => !known.has(id));
  const attached =
    rest.length === 0
      ? []
      : attachOwners(
          rest,
          (
            await findOwners(
              rest,
              mode,
              startOwnerSearch(mode, { everyStateIn, deadline, firstPass }),
              kernelInodes(rest, network.tunnels),
            )
          ).found,
        );
  const byId = new Map([...known, ...withKernelOwners(attached, network.tunnels).map((one) => [one.id, one] as const)]);
  return found.map(({ sockets, file, unknown }) => {
    const holders = sockets.flatMap((one) => {
      const socket = byId.get(one.listener.id);
      return socket === undefined ? [] : [addressHolder(one, socket)];
    });
    return { holders: file === null ? holders : [...holders, file], unknown: holders.length === 0 ? unknown : null };
  });
}

/** What is in the way of an address. */
interface Found {
  readonly sockets: readonly BoundSocket[];
  readonly file: AddressHolder | null;
  readonly unknown: CoverageFault | null;
}

const NONE: Found = { sockets: [], file: null, unknown: null };

type Finder = (wanted: WantedAddress) => Found;

interface Search extends HolderOptions {
  readonly access: Access;
  readonly context: ListenerContext;
  readonly pass: Promise<OwnerPass> | undefined;
  readonly deadline: Deadline;
}

function addressHolder({ kind, remainingMs }: BoundSocket, socket: OwnedListener): AddressHolder {
  const isKernel = socket.owners.some((owner) => owner.kind === 'kernel');
  // Without an inode the kernel does not say whose it was, and gives user 0.
  const isOrphan = kind === 'time-wait' || (kind === 'client' && socket.inode === 0);
  return {
    kind: isKernel ? 'kernel' : kind,
    place: listenerText(socket),
    owners: socket.owners,
    socket: socket.id,
    uid: isOrphan ? null : socket.uid,
    ownersUnknown: isOrphan ? null : socket.ownersUnknown,
    ...(remainingMs === undefined ? {} : { remainingMs }),
  };
}

type Access = Parameters<typeof socketsOnPorts>[2];

/** Finds what is in the way of an address of this protocol. */
async function onPorts(protocol: Transport, wanted: readonly WantedAddress[], search: Search): Promise<Finder> {
  const { access, context, pass, deadline, limit } = search;
  const asked = wanted.filter(({ listener }) => listener.protocol === protocol);
  const ports = new Set(asked.map(({ listener }) => listener.port ?? 0));
  if (ports.size === 0) return () => NONE;
  const unanswered = (sockets: readonly BoundSocket[]): Set<number> => {
    const find = conflictsIn(sockets, 1);
    return new Set(asked.flatMap(({ listener }) => (find(listener).length === 0 ? [listener.port ?? 0] : [])));
  };
  const answer = await socketsOnPorts(protocol, ports, access, context, unanswered);
  const isRefused = 'code' in answer;
  // /proc/net has the listeners.
  const listed = isRefused ? listening(protocol, await captureTables(access), context) : answer;
  const unlisted = isRefused ? answer : protocol === 'tcp' ? reasonNotToSeeBound() : null;
  const seen = unlisted === null ? null : await passWithin(pass, deadline);
  const all = seen === null ? listed : withSockets(listed, socketsOfPass(protocol, ports, seen, context));
  const find = conflictsIn(await withRemaining(all, access), limit);
  return ({ listener }) => ({ sockets: find(listener), file: null, unknown: unlisted });
}

/** Those of these sockets that are in the way of an address. */
function conflictsIn(sockets: readonly BoundSocket[], limit: number): (wanted: Listener) => BoundSocket[] {
  const byAddress = groupBy(sockets, addressKey);
  const byPort = groupBy(sockets, portKey);
  const isWild = ({ address }: Listener): boolean => isWildcard(address ?? '');
  const wildcards = groupBy(
    sockets.filter(({ listener }) => isWild(listener)),
    portKey,
  );
  return (one) => {
    const same = byAddress.get(addressKey(one)) ?? [];
    const others = (isWild(one) ? byPort : wildcards).get(portKey(one)) ?? [];
    const conflicting = [...same.slice(0, limit), ...firstOverlapping(others, one, limit)];
    // A socket whose listen failed is bound to the address itself.
    const isOther = ({ listener }: BoundSocket): boolean => one.inode === 0 || listener.inode !== one.inode;
    return [...new Set(conflicting)].filter(isOther).slice(0, limit);
  };
}

/** How long those in TIME_WAIT stay. */
async function withRemaining(sockets: readonly BoundSocket[], { netns }: Access): Promise<readonly BoundSocket[]> {
  if (!sockets.some(({ kind }) => kind === 'time-wait')) return sockets;
  const remaining = await timeWaitMs(netns);
  return sockets.map((one) =>
    one.kind === 'time-wait' ? { ...one, remainingMs: remaining.get(addressKey(one.listener)) ?? null } : one,
  );
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

function firstOverlapping(sockets: readonly BoundSocket[], wanted: Listener, limit: number): BoundSocket[] {
  const first: BoundSocket[] = [];
  for (const socket of sockets) {
    if (first.length === limit) break;
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
  { access, context, deadline, fileAt, limit }: Search,
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
      const holders = sockets.filter(isSame).slice(0, limit).map(namedSocket);
      const isKnown = unix.detailed || isListedAs(listener);
      const unread: CoverageFault | null =
        file?.state === 'unreadable' ? { code: 'socket-file-unread', params: { path: file.path } } : null;
      const unknown = unix.source.errors[0] ?? unread ?? (isKnown ? null : (unix.source.notes[0] ?? null));
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

/** Whether a socket was bound to this file; by name where the table does not say to which. */
function isAtFile({ file, path }: Listener, at: SocketFile, wanted: string | null): boolean {
  return file === null ? path === wanted : file.device === at.device && file.inode === at.inode;
}

/** What is at a path that no socket has. Of a socket file that is known only if all sockets were seen. */
function leftover(wanted: Listener, state: SocketFile['state'], unknown: CoverageFault | null): AddressHolder | null {
  const file = { place: listenerText(wanted), owners: [], socket: null, uid: null, ownersUnknown: null };
  if (state === 'not-a-socket') return { kind: 'other-file', ...file };
  return state === 'socket' && unknown === null ? { kind: 'file', ...file } : null;
}
