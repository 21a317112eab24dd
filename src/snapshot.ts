import type { SnapshotDocument } from './document/document.js';
import { summarize } from './document/summary.js';
import { keptListeners, type Observed, observe, SHARE } from './observe.js';
import type { OtherNamespaces } from './other_namespaces.js';
import { checkOptions, type SnapshotOptions } from './snapshot_options.js';
import { captureTables } from './sockets/capture.js';
import { coverageOf } from './sockets/coverage.js';
import { Deadline, NO_DEADLINE } from './sockets/deadline.js';
import { Kept } from './sockets/kept.js';
import { type Evaluation, evaluate } from './verdict/evaluate.js';
import type { Observation } from './verdict/observation.js';
import { type RoleAnswer, resolveRole } from './verdict/role.js';
import { version } from './version.js';

/** What was observed of a node, its role, and what follows. */
export interface Look extends Omit<Observed, 'listeners'> {
  readonly role: RoleAnswer;
  readonly evaluation: Evaluation;
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

/** The later look, with what only the earlier one saw. */
function merge(earlier: Observation, later: Observation): Observation {
  const ids = new Set(later.sockets.map(({ id }) => id));
  return { ...later, sockets: [...later.sockets, ...earlier.sockets.filter(({ id }) => !ids.has(id))] };
}
