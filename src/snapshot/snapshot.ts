import { coverageOf } from '../base/coverage.js';
import { Deadline, NO_DEADLINE } from '../base/deadline.js';
import { Kept } from '../base/memo.js';
import { version } from '../base/version.js';
import { captureTables } from '../kernel/sockets/capture.js';
import type { Capture } from '../verdict/capture.js';
import { type Evaluation, evaluate } from '../verdict/evaluate.js';
import { type RoleAnswer, resolveRole } from '../verdict/role.js';
import { captureNode, keptListeners, type Observed, SHARE } from './capture.js';
import type { SnapshotDocument } from './document/document.js';
import { summarize } from './document/summary.js';
import type { OtherNamespaces } from './namespaces.js';
import { type SnapshotOptions, validateOptions } from './options.js';

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
  validateOptions(options);
  const { signal = null, deadlineMs = Number.POSITIVE_INFINITY } = options;
  const deadline = new Deadline(deadlineMs, signal);
  deadline.throwIfAborted();
  return documentOf(await look(options, deadline), options, deadline);
}

/** A look as a document, with the other namespaces where they are asked for. */
export async function documentOf(
  { capturedAt, capture, role, evaluation }: Look,
  options: SnapshotOptions,
  deadline: Deadline = NO_DEADLINE,
  kept: Kept = new Kept(),
): Promise<SnapshotDocument> {
  const { spec, failOn = 'warning' } = options;
  const others = options.allNetns === true ? await captureOtherNamespaces(capture.node.netns, options, deadline) : null;
  const { findings, explanations } = evaluation;
  const { node, files } = capture;
  const sockets = kept.once('explained', [capture.sockets, others?.sockets, explanations], () => {
    const explained = [...capture.sockets, ...(others?.sockets ?? [])].map((socket) => ({
      ...socket,
      explainedBy: explanations.get(socket.id) ?? { by: null, text: null },
    }));
    return kept.sameEach('each explained', explained, ({ id }) => id);
  });
  const coverage = coverageOf([...capture.coverage.sources, ...(others === null ? [] : [others.source])]);
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

async function captureOtherNamespaces(
  home: string,
  { owners = 'auto', allowModuleLoad = false }: SnapshotOptions,
  deadline: Deadline,
): Promise<OtherNamespaces> {
  const others = await import('./namespaces.js');
  const [holders, processes] = [deadline.part(SHARE.otherHolders), deadline.part(SHARE.otherProcesses)];
  const work = others.captureOtherNamespaces(home, owners, allowModuleLoad, { holders, processes });
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
  const seen = await captureNode(options, deadline, kept);
  const first = judge(options, seen, kept);
  if (!first.evaluation.findings.some(({ verdict }) => verdict === 'missing')) return first;
  if (!(await hasNewListeners(options, seen, deadline, kept))) return first;
  // Its steps have shares of the time that is left: those of the whole may be over, as when a process did not answer.
  const second = await captureNode(options, deadline.rest(SHARE.others), kept);
  const capture = merge(first.capture, second.capture);
  // What only the earlier look saw may have gone since, and must not be taken for what the pulse is to find.
  const isMerged = capture.sockets.length > second.capture.sockets.length;
  const inodes = isMerged ? first.inodes : second.inodes;
  return judge(options, { ...second, capture, inodes }, kept);
}

/** Whether the tables, read once more, hold what they did not before, or cannot be read any more. */
async function hasNewListeners(
  { netns = null, allowModuleLoad = false }: SnapshotOptions,
  { capture, network, listeners: before }: Observed,
  deadline: Deadline,
  kept: Kept,
): Promise<boolean> {
  const tables = await captureTables({ netns, allowModuleLoad, deadline: deadline.part(SHARE.again) });
  if (![tables.tcp, tables.udp, tables.unix].every(({ source }) => source.status === 'ok')) return true;
  const listeners = keptListeners(tables, capture.node.netns, network, kept);
  if (listeners === before) return false;
  const known = new Set(before.map(({ id }) => id));
  return listeners.some(({ id }) => !known.has(id));
}

function judge({ spec, role: asked = 'auto' }: SnapshotOptions, observed: Observed, kept: Kept): Look {
  const { capturedAt, capture, network, inodes } = observed;
  const { node, sockets, files, coverage } = capture;
  // How long it took changes every time, and no verdict.
  const sources = kept.same(
    'sources',
    coverage.sources.map((source) => ({ ...source, ms: 0 })),
  );
  const { role, evaluation } = kept.once('judgement', [node, sockets, files, sources], () => {
    const role = resolveRole(asked, node, sockets);
    return { role, evaluation: evaluate(spec, capture, role.role) };
  });
  return { capturedAt, capture, network, inodes, role, evaluation };
}

/** The later look, with what only the earlier one saw. */
function merge(earlier: Capture, later: Capture): Capture {
  const ids = new Set(later.sockets.map(({ id }) => id));
  return { ...later, sockets: [...later.sockets, ...earlier.sockets.filter(({ id }) => !ids.has(id))] };
}
