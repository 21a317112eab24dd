import { assertArgument, assertOneOf, assertSpec } from '../base/validate.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { BUILTIN_SOURCE } from '../spec/builtin.js';
import type { Host, Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { NodeRole } from './applied_row.js';
import { type Capture, isFromText, type NodeFacts } from './capture.js';
import { withCauses } from './causes.js';
import { FINDING_CODES, type NoNodeCode } from './codes.js';
import { type EvaluatedRow, evaluateRows } from './evaluate_rows.js';
import { type Expected, type Finding, type FindingFacts, SEVERITY } from './finding.js';
import { ListenerIndex } from './listener_index.js';
import { type RowEvaluation, withoutSockets } from './row_evaluation.js';
import { configurationOf, NO_SETTINGS, withRunning } from './row_settings.js';
import { relationTo } from './scope.js';
import { type FindingContext, renderFinding } from './text/finding.js';
import { type Explanation, explain, type NotesOf, notesByOwner, unexpectedFindings } from './unexpected.js';

/** What explains a listener: a row of the page, a note, an ephemeral port, or nothing. */
export interface SocketExplanation {
  readonly by: 'page' | 'note' | 'client' | null;
  /** The service of the row, or the note's reason. */
  readonly text: string | null;
}

/** The result of comparing a capture with a spec. */
export interface Evaluation {
  /** One for every row in the page's order, then one for every listener (or group of them) that no row explains. */
  readonly findings: readonly Finding[];
  /** By socket id, for every TCP and UDP listener, and for the unix listeners of rows. */
  readonly explanations: ReadonlyMap<string, SocketExplanation>;
}

/** The same before text is rendered from the findings. */
export interface EvaluatedFacts extends Omit<Evaluation, 'findings'> {
  readonly facts: readonly FindingFacts[];
  /** What the facts refer to. */
  readonly context: FindingContext;
}

/**
 * Compares a capture of a node with a spec and its notes. Pure: the same input always gives the same result.
 * @throws SockwatchError ERR_USAGE for arguments of the wrong shape
 */
export function evaluate(spec: Spec, capture: Capture, role: NodeRole): Evaluation {
  const { facts, explanations, context } = evaluateFacts(spec, capture, role);
  return { findings: facts.map((one) => renderFinding(one, context)), explanations };
}

/** `evaluate` for a caller that does not need all text. Many captures can share what `notesOf` finds out. */
export function evaluateFacts(
  spec: Spec,
  capture: Capture,
  role: NodeRole,
  notesOf: NotesOf = notesByOwner(spec.notes),
): EvaluatedFacts {
  assertSpec(spec);
  const isCapture = typeof capture === 'object' && capture !== null && 'files' in capture;
  assertArgument(isCapture, 'a capture is the result of captureOf()', capture);
  assertArgument(role !== undefined, 'role is given', role);
  assertOneOf('role', role, ['control-plane', 'worker', 'unknown']);
  const { node, sockets, coverage, files } = capture;
  const isText = isFromText(coverage);
  const listeners = new ListenerIndex(sockets);
  const context = { node, coverage, files, listeners, bound: capture.bound ?? [], isText };
  const evaluated = evaluateRows(spec, context, role);
  const code = evaluated.some(isSign) ? null : whyNoNode(spec, capture, role);
  const rows =
    code === null
      ? evaluated
      : spec.rows.map((row) => ({ row, evaluation: withoutSockets({ code, params: {} }), settings: NO_SETTINGS }));
  const explanations = new Map<string, SocketExplanation>();
  for (const { row, evaluation } of rows) {
    for (const id of evaluation.sockets) explanations.set(id, { by: 'page', text: row.service });
  }
  const rest = sockets
    .filter(({ id, protocol }) => protocol !== 'unix' && !explanations.has(id))
    .map((listener) => [listener, explain(listener, notesOf(listener, isText), node, isText)] as const);
  for (const [{ id }, explanation] of rest) explanations.set(id, socketExplanation(explanation));
  const unexplained = code === null ? rest : code === 'not-bootstrapped' ? inTheWay(rest, evaluated, node) : [];
  const facts = [...rows.map(factsOf), ...unexpectedFindings(unexplained, node)];
  const byId = new Map([...sockets, ...(capture.bound ?? [])].map((socket) => [socket.id, socket]));
  return { facts: withCauses(facts), explanations, context: { sockets: byId, coverage, node } };
}

/**
 * Why nothing but listeners can still show that this is a node of a cluster; null: it is one, or that is unknown. Without the snap only
 * the built-in page is known to be about Canonical Kubernetes.
 */
function whyNoNode(spec: Spec, { node, coverage }: Capture, role: NodeRole): NoNodeCode | 'node-unknown' | null {
  if (role !== 'unknown') return null;
  if (node.isInstalled === true) return node.isBootstrapped === false ? 'not-bootstrapped' : null;
  if (spec.source !== BUILTIN_SOURCE) return null;
  const isRead = coverage.sources.every(({ name, status }) => status === 'ok' || !TABLES.includes(name));
  if (node.isInstalled === false) return isRead ? 'not-a-node' : null;
  return coverage.sources.some(({ name }) => name === 'configuration') ? 'node-unknown' : null;
}

/** Of a node that is not bootstrapped yet: what has the places of the rows, and nothing explains. */
function inTheWay(
  rest: readonly (readonly [listener: OwnedListener, explanation: Explanation])[],
  rows: readonly EvaluatedRow[],
  node: NodeFacts,
): (readonly [listener: OwnedListener, explanation: Explanation])[] {
  return rest.flatMap(([listener, explanation]) => {
    if (explanation.kind === 'note' || explanation.kind === 'ephemeral') return [];
    const { protocol, port } = listener;
    const needing = rows.find(
      ({ row }) =>
        row.kind === 'network' && row.protocol === protocol && row.port === port && overlaps(row.host, listener, node),
    );
    return needing === undefined ? [] : [[listener, { kind: 'in-the-way', service: needing.row.service }] as const];
  });
}

/** Whether a service could not have its place beside a listener; also where that is unknown. */
function overlaps(host: Host, listener: OwnedListener, node: NodeFacts): boolean {
  return (host.kind === 'default' && node.defaultAddresses.length === 0) || relationTo(host, listener, node).covers;
}

const TABLES: readonly string[] = ['tcp', 'udp', 'unix'];

/** Whether a row shows that this may be a node: a listener that is its service's, or may be. */
function isSign({ evaluation }: { readonly evaluation: RowEvaluation }): boolean {
  if (evaluation.matchedBy !== null) return true;
  return evaluation.sockets.length > 0 && FINDING_CODES[evaluation.code].verdict === 'unverified';
}

function factsOf({ row, evaluation, settings }: EvaluatedRow): FindingFacts {
  const { verdict } = FINDING_CODES[evaluation.code];
  if (verdict === 'unexpected') throw new TypeError(`${evaluation.code} is not of a row`);
  const severity = evaluation.severity ?? SEVERITY[verdict];
  const setting = evaluation.code === 'configured-place' ? settings.place : (settings.address ?? settings.place);
  const fields = { verdict, severity, expected: expectedOf(row), causedBy: null };
  if (verdict === 'not-applicable' || setting === null) return { ...evaluation, ...fields, configuration: null };
  return { ...withRunning(evaluation, setting), ...fields, configuration: configurationOf(setting) };
}

/** A row as findings have it. */
export function expectedOf(row: Row): Expected {
  const { service, role } = row;
  return row.kind === 'network'
    ? { service, host: row.hostText, port: row.port, protocol: row.protocol, path: null, role }
    : { service, host: null, port: null, protocol: 'unix', path: row.path, role };
}

/** Of a UDP socket on an ephemeral port. */
export const CLIENT_EXPLANATION = 'a client, by its ephemeral port';

const CLIENT: SocketExplanation = { by: 'client', text: CLIENT_EXPLANATION };
export const UNEXPLAINED: SocketExplanation = { by: null, text: null };

function socketExplanation(explanation: Explanation): SocketExplanation {
  switch (explanation.kind) {
    case 'note':
      return { by: 'note', text: explanation.note.reason };
    case 'ephemeral':
      return CLIENT;
    case 'in-the-way':
    case 'note-if-owner':
    case 'note-by-name':
    case 'ephemeral-if-in-range':
    case 'nothing':
      return UNEXPLAINED;
  }
}
