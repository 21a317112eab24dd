import { hostname, release } from 'node:os';
import type { FailOn, SnapshotDocument } from './document/document.js';
import { summarize } from './document/summary.js';
import { SockwatchError } from './errors.js';
import { isKernelError, native } from './native.js';
import type { NetworkFacts } from './network/facts.js';
import { kernelInodes, withKernelOwners } from './network/kernel_owners.js';
import type { OtherNamespaces } from './other_namespaces.js';
import { type OwnersMode, startHolders } from './owners/holder_source.js';
import { settleOwners, withOwners } from './owners/holders.js';
import { withOrigins } from './owners/origins.js';
import type { OwnedListener } from './owners/owner.js';
import { captureTables, type Tables } from './sockets/capture.js';
import { coverageOf } from './sockets/coverage.js';
import { Deadline, NO_DEADLINE } from './sockets/deadline.js';
import { Kept } from './sockets/kept.js';
import type { Listener } from './sockets/listener.js';
import { listenersOf } from './sockets/listeners.js';
import { lookAtSocketFile, type SocketFile } from './sockets/socket_file.js';
import { type Inodes, inodesOf } from './sockets/table_pulse.js';
import { readMarkedRole } from './spec/marked_role.js';
import type { Role } from './spec/rows.js';
import type { Spec } from './spec/spec.js';
import {
  demandFlag,
  demandMilliseconds,
  demandObject,
  demandOneOf,
  demandPath,
  demandSignal,
  demandSpec,
} from './usage.js';
import { applyNotes } from './verdict/applied_row.js';
import { type Evaluation, evaluate } from './verdict/evaluate.js';
import type { Observation } from './verdict/observation.js';
import { type RoleAnswer, resolveRole } from './verdict/role.js';
import { pathsToLookAt } from './verdict/unix_row.js';
import { version } from './version.js';

/** Where to look, how, with what to compare, and for how long. */
export interface SnapshotOptions {
  /** What the node is compared with. */
  readonly spec: Spec;
  /** Default: `auto`, found out from the node. */
  readonly role?: Role | 'auto';
  /** Path of a network namespace to look into, such as /proc/1234/ns/net; default: the caller's own. */
  readonly netns?: string | null;
  /** List the sockets of every other network namespace as well; they are not judged. Default: false. */
  readonly allNetns?: boolean;
  /** Default: `auto`, the best way that works. */
  readonly owners?: OwnersMode;
  /** Default: `warning`. */
  readonly failOn?: FailOn;
  /**
   * Milliseconds, 1 or more. After nine tenths of them the answer is what has been seen by then; what is cut is said in `coverage`.
   * Default: as long as it takes. What hangs in the kernel goes on hanging behind it, and keeps the process from ending by
   * itself: see {@link exitNow}.
   */
  readonly deadlineMs?: number;
  /**
   * Once it is aborted, the promise is rejected with its reason at once and no further step is begun. What the kernel was asked
   * before goes on unheeded until it answers, mostly within a second, and keeps the process from ending by itself: see {@link exitNow}.
   */
  readonly signal?: AbortSignal;
  /** Ask sock_diag even where that makes the kernel load its module; default: false, /proc/net is read instead. */
  readonly allowModuleLoad?: boolean;
}

/** What was observed of a node, its role, and what follows. */
export interface Look {
  /** When it began, ISO 8601. */
  readonly capturedAt: string;
  readonly observation: Observation;
  readonly role: RoleAnswer;
  readonly evaluation: Evaluation;
  readonly network: NetworkFacts;
  /** Of the sockets of whose closing no event tells. */
  readonly inodes: Inodes;
}

/**
 * Looks at a node once and compares it with a page. What cannot be seen is said in `coverage` and in the findings.
 * @throws SockwatchError ERR_USAGE for options that are not valid, ERR_NETNS where the namespace cannot be entered, ERR_NATIVE_LOAD
 * @throws whatever is the reason of `signal`, once it is aborted (a DOMException AbortError unless another was given)
 */
export async function snapshot(options: SnapshotOptions): Promise<SnapshotDocument> {
  checkOptions(options);
  const { signal = null, deadlineMs = Number.POSITIVE_INFINITY } = options;
  const deadline = new Deadline(deadlineMs, signal);
  deadline.throwIfAborted();
  return documentOf(await look(options, deadline), options, deadline);
}

/**
 * What a program that no compiler has checked may have got wrong.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function checkOptions(options: SnapshotOptions): void {
  demandObject('options are an object with a spec', options);
  const { spec, role, netns, allNetns, owners, failOn, deadlineMs, signal, allowModuleLoad } = options;
  demandSpec(spec);
  demandOneOf('role', role, ['auto', 'control-plane', 'worker']);
  demandPath('netns', netns);
  demandFlag('allNetns', allNetns);
  demandOneOf('owners', owners, ['auto', 'bpf', 'proc', 'none']);
  demandOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  demandMilliseconds('deadlineMs', deadlineMs);
  demandSignal(signal);
  demandFlag('allowModuleLoad', allowModuleLoad);
}

/** A look as a document, with the other namespaces where they are asked for. */
export async function documentOf(
  { capturedAt, observation, role, evaluation }: Look,
  options: SnapshotOptions,
  deadline: Deadline = NO_DEADLINE,
  kept: Kept = new Kept(),
): Promise<SnapshotDocument> {
  const { spec, failOn = 'warning' } = options;
  const others = options.allNetns === true ? await observeOthers(observation.node.netns, options, deadline) : null;
  const { findings, explanations } = evaluation;
  const { node, files } = observation;
  const sockets = kept.once('explained', [observation.sockets, others?.sockets, explanations], () => {
    const explained = [...observation.sockets, ...(others?.sockets ?? [])].map((socket) => ({
      ...socket,
      explainedBy: explanations.get(socket.id) ?? { by: null, text: null },
    }));
    return kept.sameEach('each explained', explained, ({ id }) => id);
  });
  const coverage = coverageOf([...observation.coverage.sources, ...(others === null ? [] : [others.source])]);
  const { hostname, defaultInterface, interfaces, ephemeralPorts, kernel, netns } = node;
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version: version() },
    capturedAt,
    node: { hostname, kernel, netns, ...role, defaultInterface, interfaces, ephemeralPorts },
    spec: { title: spec.title, source: spec.source, sha256: spec.sha256, notes: spec.notes.sources },
    summary: summarize(findings, coverage, failOn),
    findings,
    sockets,
    namespaces: others?.namespaces ?? null,
    files,
    coverage,
  };
}

async function observeOthers(
  home: string,
  { owners = 'auto', allowModuleLoad = false }: SnapshotOptions,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  const others = await import('./other_namespaces.js');
  const [holders, processes] = [deadline.part(SHARE.otherHolders), deadline.part(SHARE.otherProcesses)];
  const work = others.observeOthers(home, owners, allowModuleLoad, { holders, processes });
  return deadline.part(SHARE.others).within(work, others.unseenNamespaces);
}

/**
 * The look behind a snapshot. A table can lose an entry to changes while it is dumped: what is missing must be missing twice.
 * `kept` is of the looks before with the same options, if there were any.
 */
export async function look(
  options: SnapshotOptions,
  deadline: Deadline = NO_DEADLINE,
  kept: Kept = new Kept(),
): Promise<Look> {
  const seen = await observe(options, deadline, kept);
  const first = judge(options, seen, kept);
  if (!first.evaluation.findings.some(({ verdict }) => verdict === 'missing')) return first;
  if (!(await hasNewListeners(options, seen, deadline, kept))) return first;
  // Its steps have shares of the time that is left: those of the whole may be over, as when a process did not answer.
  const second = await observe(options, deadline.rest(SHARE.others), kept);
  const observation = merge(first.observation, second.observation);
  // What only the earlier look saw may have gone since, and must not be taken for what the pulse is to find.
  const isMerged = observation.sockets.length > second.observation.sockets.length;
  const inodes = isMerged ? first.inodes : second.inodes;
  return judge(options, { ...second, observation, inodes }, kept);
}

/** Whether the tables, read once more, hold what they did not before, or cannot be read any more. */
async function hasNewListeners(
  { netns = null, allowModuleLoad = false }: SnapshotOptions,
  { observation, network, listeners: before }: Observed,
  deadline: Deadline,
  kept: Kept,
): Promise<boolean> {
  const tables = await captureTables({ netns, allowModuleLoad, deadline: deadline.part(SHARE.again) });
  if (![tables.tcp, tables.udp, tables.unix].every(({ source }) => source.status === 'ok')) return true;
  const listeners = keptListeners(tables, observation.node.netns, network, kept);
  if (listeners === before) return false;
  const known = new Set(before.map(({ id }) => id));
  return listeners.some(({ id }) => !known.has(id));
}

function keptListeners(tables: Tables, netns: string, network: NetworkFacts, kept: Kept): readonly Listener[] {
  const { tcp, udp, unix } = tables;
  const read = [tcp, udp, unix].map(({ columns, detailed }) => ({ columns, detailed }));
  const devices = kept.same('devices', network.deviceNames);
  return kept.once('listeners', [kept.same('tables', read), devices], () => listenersOf(tables, { netns, devices }));
}

/** Until which share of the time each step may take, so that there is some left for the next, and for what is made of it all. */
const SHARE = {
  tables: 0.5,
  processes: 0.65,
  owners: 0.7,
  files: 0.8,
  again: 0.85,
  otherHolders: 0.87,
  otherProcesses: 0.89,
  others: 0.9,
} as const;

interface Observed extends Pick<Look, 'capturedAt' | 'observation' | 'network' | 'inodes'> {
  readonly listeners: readonly Listener[];
}

function judge({ spec, role: asked = 'auto' }: SnapshotOptions, observed: Observed, kept: Kept): Look {
  const { capturedAt, observation, network, inodes } = observed;
  const { node, sockets, files, coverage } = observation;
  // How long it took changes every time, and no verdict.
  const sources = kept.same(
    'sources',
    coverage.sources.map((source) => ({ ...source, ms: 0 })),
  );
  const { role, evaluation } = kept.once('judgement', [node, sockets, files, sources], () => {
    const role = resolveRole(asked, node, sockets);
    return { role, evaluation: evaluate(spec, observation, role.role) };
  });
  return { capturedAt, observation, network, inodes, role, evaluation };
}

/** Reads everything a verdict rests on. */
async function observe(options: SnapshotOptions, deadline: Deadline, kept: Kept): Promise<Observed> {
  const { netns = null, owners = 'auto', allowModuleLoad = false, spec } = options;
  const capturedAt = new Date().toISOString();
  const namespace = identifyNetns(netns);
  const find = startHolders(owners, { deadline: deadline.part(SHARE.processes) });
  // The kernel is asked first; what reads its answer about the network is loaded while it works.
  const early = deadline.part(SHARE.tables);
  const [tables, network] = await Promise.all([
    captureTables({ netns, allowModuleLoad, deadline: early }),
    import('./network/facts.js').then(({ networkFacts }) => networkFacts(netns, early)),
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
  const observation: Observation = {
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
  return { capturedAt, observation, network, listeners, inodes: inodesOf(tables) };
}

/** The later look, with what only the earlier one saw. */
function merge(earlier: Observation, later: Observation): Observation {
  const ids = new Set(later.sockets.map(({ id }) => id));
  return { ...later, sockets: [...later.sockets, ...earlier.sockets.filter(({ id }) => !ids.has(id))] };
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
