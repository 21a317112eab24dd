import { hostname, release } from 'node:os';
import type { SourceReading } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { Deadline } from '../base/deadline.js';
import { stat } from '../base/files.js';
import type { Memo } from '../base/memo.js';
import type { Netns, OwnerPass } from '../kernel/addon.js';
import { readMounts } from '../kernel/mounts.js';
import { identifyNetns } from '../kernel/netns.js';
import type { NetworkFacts } from '../kernel/network/facts.js';
import { kernelInodes, withKernelOwners } from '../kernel/network/kernel_owners.js';
import { attachOwners, findOwners, ownersCoverage } from '../kernel/owners/attach_owners.js';
import { attachCreatorCgroups, findCreatorCgroups } from '../kernel/owners/creator_cgroups.js';
import { type OwnersMode, startOwnerSearch } from '../kernel/owners/owner_source.js';
import { isInOwnPidNamespace } from '../kernel/owners/pid_namespace.js';
import { type ProcessNames, wholeNames } from '../kernel/owners/whole_names.js';
import { captureTables, type Tables } from '../kernel/sockets/capture.js';
import type { Listener } from '../kernel/sockets/listener.js';
import { listenerIds, listenersOf } from '../kernel/sockets/listeners.js';
import { type SocketFile, unreadFile } from '../kernel/sockets/socket_file.js';
import { type Identities, identitiesOf } from '../kernel/sockets/table_poller.js';
import { withConfiguredDefault } from '../node/configured_default.js';
import type { HostFiles } from '../node/host_files.js';
import { NO_POD_NAMES, type PodNames, podsOf, readPodNames, withPodNames } from '../node/pod_names.js';
import { NO_CONFIGURATION, readNode } from '../node/read_node.js';
import { type Setting, valueInEffect } from '../node/setting.js';
import type { Capture } from '../verdict/capture.js';
import { renderCoverage } from '../verdict/text/coverage.js';
import { possiblePaths, type SocketPath } from '../verdict/unix_row.js';

/** What to read. */
export interface CaptureTarget {
  /** null: our own network namespace. */
  readonly netns: Netns | null;
  readonly owners: OwnersMode;
  /** Whether the kernel may load its *_diag modules for this. */
  readonly allowModuleLoad: boolean;
  readonly socketPaths: readonly SocketPath[];
  /** Where the file system of the node is seen; null: here, or at the first process. */
  readonly hostRoot: string | null;
}

/** What was read of a node, and when. */
export interface NodeCapture extends Capture {
  /** When it began, ISO 8601. */
  readonly capturedAt: string;
  readonly network: NetworkFacts;
  /** Of the tables, to notice changes that no kernel event reports. */
  readonly identities: Identities;
  readonly longNames: readonly ProcessNames[];
  /** Those of the node; null: they cannot be seen, or did not answer in time. */
  readonly hostFiles: HostFiles | null;
  readonly podNames: PodNames;
}

/**
 * Reads everything that verdicts rest on. What is the same as in the last capture of the memo is the same object.
 * @throws SockwatchError ERR_NETNS where our own namespace cannot be identified
 */
export async function captureNode(
  target: CaptureTarget,
  deadline: Deadline,
  memo: Memo,
  firstPass?: Promise<OwnerPass>,
): Promise<NodeCapture> {
  const capturedAt = new Date().toISOString();
  const netns = identifyNetns(target.netns);
  const search = startOwnerSearch(target.owners, { deadline, firstPass });
  const step = deadline.step();
  // Import the rtnetlink code while the kernel is already dumping its socket tables.
  const [tables, network] = await Promise.all([
    captureTables({ ...target, deadline: step }),
    import('../kernel/network/facts.js').then(({ networkFacts }) => networkFacts(target.netns, step)),
  ]);
  deadline.throwIfAborted();
  const listeners = listListeners(tables, netns, network, memo);
  const fileStep = deadline.step();
  const isHere = netns === identifyNetns(null);
  // A namespace that is asked for and is not the machine's may be that of a node in a container.
  const machines = isHere ? null : await machinesNetns();
  const isOfMachine = machines !== null && machines !== netns;
  const [mounts, isOwnNamespace] = await Promise.all([readMounts(), isInOwnPidNamespace()]);
  const reading = fileStep.within(readNode(target.hostRoot, mounts), unreadNode);
  const [owners, { source: configurationSource, hostFiles, ...configuration }, files] = await Promise.all([
    findOwners(listeners, target.owners, search, kernelInodes(listeners, network.tunnels)),
    reading,
    reading.then((node) =>
      statSocketFiles(target.socketPaths, node.configuration, listeners, node.hostFiles, fileStep),
    ),
  ]);
  // findOwners() turns the abort into a failed source.
  deadline.throwIfAborted();
  const [found, tunnels] = [memo.reuseEqual('owners', owners.found), memo.reuseEqual('tunnels', network.tunnels)];
  const owned = memo.memoize('owned', [listeners, found, tunnels], () =>
    withKernelOwners(attachOwners(listeners, found, isOfMachine), tunnels),
  );
  const creators = await deadline.step().within(findCreatorCgroups(owned, mounts), () => new Map());
  const cgroups = memo.reuseEqual('cgroups', creators);
  const podNames = memo.reuseEqual('pods', await namesOf(hostFiles, podsOf(owned, cgroups.values()), deadline.step()));
  const sockets = memo.memoize('sockets', [owned, cgroups, podNames], () =>
    memo.reuseEach('sockets', withPodNames(attachCreatorCgroups(owned, cgroups), podNames), ({ id }) => id),
  );
  const { interfaces, addressHolders, ephemeralPorts } = network;
  const own = withConfiguredDefault(network, interfaces, addressHolders, configuration.configuration);
  return {
    capturedAt,
    node: {
      hostname: hostname(),
      kernel: release(),
      netns,
      defaultInterface: own.addresses.defaultInterface,
      defaultAddresses: own.addresses.defaultAddresses,
      defaultSource: own.addresses.defaultSource,
      interfaces,
      ephemeralPorts,
      ...configuration,
      // Another namespace may be that of a machine in a container, whose files are elsewhere.
      isBootstrapped: isHere || target.hostRoot !== null ? configuration.isBootstrapped : null,
      isInstalled: isHere || target.hostRoot !== null ? configuration.isInstalled : configuration.isInstalled || null,
    },
    sockets,
    coverage: renderCoverage([
      tables.tcp.source,
      tables.udp.source,
      tables.unix.source,
      ownersCoverage(owners.source, sockets, isOwnNamespace),
      network.source,
      { ...configurationSource, notes: [...configurationSource.notes, ...own.notes] },
    ]),
    files,
    network,
    identities: identitiesOf(tables.tcp.columns, tables.udp.columns, tables.unix.columns),
    longNames: wholeNames(owners.found?.facts ?? []),
    hostFiles,
    podNames,
  };
}

/** The names of the pods with these uids. */
export async function namesOf(
  files: HostFiles | null,
  uids: ReadonlySet<string>,
  deadline: Deadline,
): Promise<PodNames> {
  return files === null ? NO_POD_NAMES : deadline.within(readPodNames(files, uids), () => NO_POD_NAMES);
}

/** Inode number of the network namespace of process 1; null: it cannot be seen. */
async function machinesNetns(): Promise<string | null> {
  return stat('/proc/1/ns/net', { bigint: true }).then(
    ({ ino }) => String(ino),
    () => null,
  );
}

/** Whether a listener that is not in this capture is in the tables now, or they cannot be read any more. */
export async function hasNewListeners(
  target: CaptureTarget,
  { sockets }: NodeCapture,
  deadline: Deadline,
): Promise<boolean> {
  const tables = await captureTables({ ...target, deadline });
  if (![tables.tcp, tables.udp, tables.unix].every(({ source }) => source.status === 'ok')) return true;
  const known = new Set(sockets.map(({ id }) => id));
  return listenerIds(tables).some((id) => !known.has(id));
}

/** The later capture, with what only the earlier one saw: a table can lose an entry that moves while it is dumped. */
export function mergeCaptures(earlier: NodeCapture, later: NodeCapture): NodeCapture {
  const ids = new Set(later.sockets.map(({ id }) => id));
  const missed = earlier.sockets.filter(({ id }) => !ids.has(id));
  if (missed.length === 0) return later;
  // They may as well have closed in between, which is noticed by comparing with the earlier tables.
  return { ...later, sockets: [...later.sockets, ...missed], identities: earlier.identities };
}

function listListeners(tables: Tables, netns: string, network: NetworkFacts, memo: Memo): readonly Listener[] {
  const { tcp, udp, unix } = tables;
  const inputs = memo.reuseEqual('tables', {
    tables: [tcp, udp, unix].map(({ columns, detailed }) => ({ columns, detailed })),
    devices: network.deviceNames,
  });
  return memo.memoize('listeners', [inputs], () => listenersOf(tables, { netns, devices: network.deviceNames }));
}

function unreadNode(why: CoverageFault): Awaited<ReturnType<typeof readNode>> {
  const source: SourceReading = {
    name: 'configuration',
    via: 'files',
    status: 'failed',
    errors: [why],
    notes: [],
    rows: 0,
    ms: 0,
  };
  return { ...NO_CONFIGURATION, source, hostFiles: null };
}

function statSocketFiles(
  socketPaths: readonly SocketPath[],
  configuration: readonly Setting[] | null,
  listeners: readonly Listener[],
  files: HostFiles | null,
  deadline: Deadline,
): Promise<SocketFile[]> {
  const paths = socketPaths.flatMap((socketPath) => possiblePaths(socketPath, socketPath.patterns, listeners));
  // containerd's, the one unix socket that configuration moves.
  const configured = (configuration ?? []).filter(({ service }) => service === 'containerd').map(valueInEffect);
  const all = [...new Set([...paths, ...configured])];
  return Promise.all(all.map((path) => files?.socketFile(path, deadline) ?? unreadFile(path)));
}
