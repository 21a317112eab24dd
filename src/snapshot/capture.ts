import { hostname, release } from 'node:os';
import { coverageOf } from '../base/coverage.js';
import type { Deadline } from '../base/deadline.js';
import { SockwatchError } from '../base/errors.js';
import type { Kept } from '../base/memo.js';
import { isKernelError, native } from '../kernel/addon.js';
import type { NetworkFacts } from '../kernel/network/facts.js';
import { kernelInodes, withKernelOwners } from '../kernel/network/kernel_owners.js';
import { settleOwners, withOwners } from '../kernel/owners/attach_owners.js';
import { withOrigins } from '../kernel/owners/creator_cgroups.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { startHolders } from '../kernel/owners/owner_source.js';
import { captureTables, type Tables } from '../kernel/sockets/capture.js';
import { type Inodes, inodesOf } from '../kernel/sockets/closed_sockets.js';
import type { Listener } from '../kernel/sockets/listener.js';
import { listenersOf } from '../kernel/sockets/listeners.js';
import { lookAtSocketFile, type SocketFile } from '../kernel/sockets/socket_file.js';
import { readMarkedRole } from '../node/marked_role.js';
import type { Spec } from '../spec/spec.js';
import { applyNotes } from '../verdict/applied_row.js';
import type { Capture } from '../verdict/capture.js';
import { pathsToLookAt } from '../verdict/unix_row.js';
import type { SnapshotOptions } from './options.js';

/** Until which share of the time each step may take, so that there is some left for the next, and for what is made of it all. */
export const SHARE = {
  tables: 0.5,
  processes: 0.65,
  owners: 0.7,
  files: 0.8,
  again: 0.85,
  otherHolders: 0.87,
  otherProcesses: 0.89,
  others: 0.9,
} as const;

/** What was read of a node, and when. */
export interface Observed {
  /** When it began, ISO 8601. */
  readonly capturedAt: string;
  readonly capture: Capture;
  readonly network: NetworkFacts;
  /** Of the sockets of whose closing no event tells. */
  readonly inodes: Inodes;
  readonly listeners: readonly Listener[];
}

/** Reads everything a verdict rests on. */
export async function captureNode(options: SnapshotOptions, deadline: Deadline, kept: Kept): Promise<Observed> {
  const { netns = null, owners = 'auto', allowModuleLoad = false, spec } = options;
  const capturedAt = new Date().toISOString();
  const namespace = identifyNetns(netns);
  const find = startHolders(owners, { deadline: deadline.part(SHARE.processes) });
  // The kernel is asked first; what reads its answer about the network is loaded while it works.
  const early = deadline.part(SHARE.tables);
  const [tables, network] = await Promise.all([
    captureTables({ netns, allowModuleLoad, deadline: early }),
    import('../kernel/network/facts.js').then(({ networkFacts }) => networkFacts(netns, early)),
  ]);
  const listeners = keptListeners(tables, namespace, network, kept);
  const tunnels = kept.same('tunnels', network.tunnels);
  const kernels = kernelInodes(listeners, tunnels);
  const owned = await withOwners(listeners, owners, find, kernels, deadline.part(SHARE.owners), kept);
  // Owners that nobody waited for are told as ones that could not be found.
  deadline.throwIfAborted();
  const known = kept.once('known', [owned.listeners, tunnels], () =>
    kept.sameEach('each known', withKernelOwners(owned.listeners, tunnels), ({ id }) => id),
  );
  const late = deadline.part(SHARE.files);
  const [sockets, files, markedRole] = await Promise.all([
    late.within(withOrigins(known, kept), () => known),
    lookAtFiles(spec, known, late),
    namespace === identifyNetns(null) ? late.within(readMarkedRole(), () => null) : null,
  ]);
  const { defaultInterface, interfaces, ephemeralPorts } = network;
  const capture: Capture = {
    node: kept.same('node', {
      hostname: hostname(),
      kernel: release(),
      netns: namespace,
      defaultInterface,
      interfaces,
      ephemeralPorts,
      markedRole,
    }),
    sockets,
    coverage: coverageOf([
      tables.tcp.source,
      tables.udp.source,
      tables.unix.source,
      settleOwners(owned.source, sockets),
      network.source,
    ]),
    files: kept.same('files', files),
  };
  return { capturedAt, capture, network, listeners, inodes: inodesOf(tables) };
}

/** The listeners in tables; those of the last time where the tables are the same. */
export function keptListeners(tables: Tables, netns: string, network: NetworkFacts, kept: Kept): readonly Listener[] {
  const { tcp, udp, unix } = tables;
  const read = [tcp, udp, unix].map(({ columns, detailed }) => ({ columns, detailed }));
  const devices = kept.same('devices', network.deviceNames);
  return kept.once('listeners', [kept.same('tables', read), devices], () => listenersOf(tables, { netns, devices }));
}

/** Inode number of a network namespace; thread-self, since a worker thread may have moved. */
function identifyNetns(path: string | null): string {
  try {
    // To open a namespace takes less than to enter it, so that is tried at once instead of for every table.
    if (path !== null) native().inNetns(path, () => {});
    return String(native().netnsInode(path ?? '/proc/thread-self/ns/net'));
  } catch (error) {
    if (!isKernelError(error) || path === null) throw error;
    const why = error.code === 'EINVAL' ? 'it is no network namespace' : error.message;
    throw new SockwatchError('ERR_NETNS', `cannot look into ${path}: ${why}`, {
      hint: 'name one such as /proc/1234/ns/net or /run/netns/NAME; entering another namespace needs root',
      syscall: error.syscall,
      errno: error.errno,
      cause: error,
    });
  }
}

/** Where the sockets of the page's unix rows may be: the notes' paths are the same for every role. */
function lookAtFiles(spec: Spec, sockets: readonly OwnedListener[], deadline: Deadline): Promise<SocketFile[]> {
  const paths = spec.rows.flatMap((row) =>
    row.kind === 'unix' ? pathsToLookAt(row, applyNotes(row, spec.notes, 'unknown').paths, sockets) : [],
  );
  return Promise.all([...new Set(paths)].map((path) => lookAtSocketFile(path, deadline)));
}
