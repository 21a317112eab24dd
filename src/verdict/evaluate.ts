import { printable } from '../base/text.js';
import { assertArgument, assertOneOf, assertSpec } from '../base/validate.js';
import type { Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { applyNotes, type NodeRole, reasonNotApplicable } from './applied_row.js';
import type { Capture, EvaluationContext } from './capture.js';
import { type Expected, type Finding, SEVERITY } from './finding.js';
import { ListenerIndex } from './listener_index.js';
import { evaluateNetworkRow } from './network_row.js';
import type { RowEvaluation } from './row_evaluation.js';
import { type Explanation, explain, unexpectedFindings } from './unexpected.js';
import { evaluateUnixRow } from './unix_row.js';

/** What explains a listener: a row of the page, a note, that it is a client's, or nothing. */
export interface SocketExplanation {
  readonly by: 'page' | 'note' | 'client' | null;
  /** The service of the row, or the note's reason. */
  readonly text: string | null;
}

/** What follows from an capture. */
export interface Evaluation {
  /** One for every row in the page's order, then one for every listener (or group of them) that no row explains. */
  readonly findings: readonly Finding[];
  /** By socket id, for every TCP and UDP listener, and for the unix listeners of rows. */
  readonly explanations: ReadonlyMap<string, SocketExplanation>;
}

/**
 * Compares what was observed on a node of a role with a page and its notes. Pure: the same input gives the same answer,
 * anywhere and at any time.
 * @throws SockwatchError ERR_USAGE for arguments of another form
 */
export function evaluate(spec: Spec, capture: Capture, role: NodeRole): Evaluation {
  assertSpec(spec);
  const isCapture = typeof capture === 'object' && capture !== null && 'files' in capture;
  assertArgument(isCapture, 'an capture is what captureOf() gives', capture);
  assertArgument(role !== undefined, 'role is given', role);
  assertOneOf('role', role, ['control-plane', 'worker', 'unknown']);
  const { node, sockets, coverage, files } = capture;
  const context: EvaluationContext = { node, coverage, files, listeners: new ListenerIndex(sockets) };
  const rows = spec.rows.map((row) => ({ row, evaluation: evaluateRow(row, spec, context, role) }));
  const explanations = new Map<string, SocketExplanation>();
  for (const { row, evaluation } of rows) {
    for (const id of evaluation.sockets) explanations.set(id, { by: 'page', text: row.service });
  }
  const rest = sockets
    .filter(({ id, protocol }) => protocol !== 'unix' && !explanations.has(id))
    .map((listener) => [listener, explain(listener, spec.notes, node)] as const);
  for (const [{ id }, explanation] of rest) explanations.set(id, inWords(explanation));
  return {
    findings: [...rows.map(({ row, evaluation }) => findingOf(row, evaluation)), ...unexpectedFindings(rest, node)],
    explanations,
  };
}

function evaluateRow(row: Row, spec: Spec, context: EvaluationContext, role: NodeRole): RowEvaluation {
  const applied = applyNotes(row, spec.notes, role);
  const reason = reasonNotApplicable(applied, role);
  if (reason !== null) {
    return { verdict: 'not-applicable', message: reason, sockets: [], matchedBy: null, reason };
  }
  switch (row.kind) {
    case 'network':
      return evaluateNetworkRow(row, applied, role, context, spec);
    case 'unix':
      return evaluateUnixRow(row, applied, role, context, spec);
  }
}

function findingOf(row: Row, evaluation: RowEvaluation): Finding {
  const { verdict, message, sockets, matchedBy, reason } = evaluation;
  return {
    verdict,
    severity: SEVERITY[verdict],
    message: printable(message),
    expected: expectedOf(row),
    sockets,
    matchedBy,
    reason: reason === null ? null : printable(reason),
  };
}

/** The row of the page as a finding has it. */
export function expectedOf(row: Row): Expected {
  const { service, role } = row;
  return row.kind === 'network'
    ? { service, host: row.hostText, port: row.port, protocol: row.protocol, path: null, role }
    : { service, host: null, port: null, protocol: 'unix', path: row.path, role };
}

function inWords(explanation: Explanation): SocketExplanation {
  switch (explanation.kind) {
    case 'note':
      return { by: 'note', text: explanation.note.reason };
    case 'client':
      return { by: 'client', text: 'a client, by its ephemeral port' };
    case 'note-if-owner':
    case 'client-if-ephemeral':
    case 'nothing':
      return { by: null, text: null };
  }
}
