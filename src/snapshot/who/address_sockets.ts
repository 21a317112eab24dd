import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Deadline } from '../../base/deadline.js';
import type { OwnerPass } from '../../kernel/addon.js';
import { passWithin } from '../../kernel/owners/owner_source.js';
import { type BoundSocket, socketsOfPass, socketsOnPorts } from '../../kernel/sockets/bound.js';
import { type CaptureOptions, captureUnix } from '../../kernel/sockets/capture.js';
import type { Listener, Transport } from '../../kernel/sockets/listener.js';
import { type ListenerContext, namedUnixSockets } from '../../kernel/sockets/listeners.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import { type Conflicts, conflictsIn, firstOf } from './overlap.js';

/** An address that could not be had, and the process that wanted it. */
export interface WantedAddress {
  readonly listener: Listener;
  readonly pid: number;
}

/** What has an address, before the owners of the sockets are known. */
export interface AddressSockets extends Conflicts {
  /** A file at the path that no socket has. */
  readonly file: 'file' | 'other-file' | null;
  /** Why this may not be all, or not be it. */
  readonly unknown: CoverageFault | null;
}

export interface SocketSearch {
  readonly access: CaptureOptions;
  readonly context: ListenerContext;
  /** The sockets of the namespace in every state, as a pass over the descriptors of all processes saw them. */
  readonly pass: Promise<OwnerPass> | undefined;
  readonly deadline: Deadline;
  /** The file at a path, as the process sees it that wants it. null: it is not looked at. */
  readonly fileAt: (path: string, pid: number, deadline: Deadline) => Promise<SocketFile | null>;
  /** There can be many: any number of sockets with addresses of their own is in the way of a wildcard. */
  readonly limit: number;
}

/** What has these addresses, in one dump of each table. In order. Nothing is thrown. */
export async function findAddressSockets(
  wanted: readonly WantedAddress[],
  search: SocketSearch,
): Promise<AddressSockets[]> {
  const [tcp, udp, unix] = await Promise.all([
    onPorts('tcp', wanted, search),
    onPorts('udp', wanted, search),
    onNames(wanted, search),
  ]);
  const finders = { tcp, udp, unix };
  return wanted.map((one) => finders[one.listener.protocol](one));
}

type Finder = (wanted: WantedAddress) => AddressSockets;

const NONE: AddressSockets = { sockets: [], omitted: 0, file: null, unknown: null };

async function onPorts(protocol: Transport, wanted: readonly WantedAddress[], search: SocketSearch): Promise<Finder> {
  const { access, context, pass, deadline, limit } = search;
  const asked = wanted.filter(({ listener }) => listener.protocol === protocol);
  const ports = new Set(asked.map(({ listener }) => listener.port ?? 0));
  if (ports.size === 0) return () => NONE;
  const unanswered = (sockets: readonly BoundSocket[]): Set<number> => {
    const find = conflictsIn(sockets, 1);
    return new Set(asked.flatMap(({ listener: one }) => (find(one).sockets.length === 0 ? [one.port ?? 0] : [])));
  };
  const { sockets: listed, unlisted } = await socketsOnPorts(protocol, ports, access, context, unanswered);
  const seen = unlisted === null ? null : await passWithin(pass, deadline);
  const find = conflictsIn(
    seen === null ? listed : withSockets(listed, socketsOfPass(protocol, ports, seen, context)),
    limit,
  );
  return ({ listener }) => {
    const found = find(listener);
    return { ...found, file: null, unknown: found.sockets.length === 0 ? unlisted : null };
  };
}

/** By inode: a table from /proc has no other identity. */
function withSockets(listed: readonly BoundSocket[], more: readonly BoundSocket[]): BoundSocket[] {
  const seen = new Set(listed.map(({ listener }) => listener.inode));
  return [...listed, ...more.filter(({ listener }) => !seen.has(listener.inode))];
}

/** By name, and by the file that is at a path. */
async function onNames(
  wanted: readonly WantedAddress[],
  { access, context, deadline, fileAt, limit }: SocketSearch,
): Promise<Finder> {
  const names = wanted.filter(({ listener }) => listener.protocol === 'unix');
  if (names.length === 0) return () => NONE;
  const unix = await captureUnix(access);
  const sockets = namedUnixSockets(unix, context);
  const found = await Promise.all(
    names.map(async ({ listener, pid }): Promise<AddressSockets> => {
      const { path } = listener;
      const file = path === null ? null : await fileAt(path, pid, deadline);
      const isSame = (one: Listener): boolean =>
        file === null || file.device === null
          ? one.path === path && one.abstract === listener.abstract
          : isAtFile(one, file, path);
      const holders = firstOf(sockets.filter(isSame).map(namedSocket), limit);
      const isKnown = unix.detailed || isListedAs(listener);
      const unlisted =
        unix.source.errors[0] ?? unreadFault(path, file) ?? (isKnown ? null : (unix.source.notes[0] ?? null));
      const isHeld = holders.sockets.length > 0;
      // Of the same name, another file can be meant.
      const unknown = isHeld && (path === null || file?.state === 'socket') ? null : unlisted;
      return { ...holders, file: isHeld ? null : leftover(file?.state ?? 'absent', unlisted), unknown };
    }),
  );
  const byName = new Map(names.map((one, at) => [one, found[at]]));
  return (one) => byName.get(one) ?? NONE;
}

function unreadFault(path: string | null, file: SocketFile | null): CoverageFault | null {
  if (path === null) return null;
  if (file === null) return { code: 'socket-file-elsewhere', params: { path } };
  return file.state === 'unreadable' ? { code: 'socket-file-unread', params: { path: file.path } } : null;
}

/** Whether /proc/net has a socket with this name under it. It prints NULs as `@` and newlines as they are, and does not say which file a path is. */
export function isListedAs({ abstract }: Listener): boolean {
  return abstract !== null && !/[\0\n]/.test(abstract);
}

function namedSocket(listener: Listener): BoundSocket {
  const kind = listener.state === 'LISTEN' || listener.type === 'dgram' ? 'listener' : 'bound';
  return { kind, listener, state: null, remainingMs: null };
}

/** Whether a socket was bound to this file; by name where the table does not say to which. */
function isAtFile({ file, path }: Listener, at: SocketFile, wanted: string | null): boolean {
  return file === null ? path === wanted : file.device === at.device && file.inode === at.inode;
}

/** What is at a path that no socket has. Of a socket file that is known only if all sockets were seen. */
function leftover(state: SocketFile['state'], unlisted: CoverageFault | null): AddressSockets['file'] {
  if (state === 'not-a-socket') return 'other-file';
  return state === 'socket' && unlisted === null ? 'file' : null;
}
