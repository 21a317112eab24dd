import { printable } from '../sockets/bytes.js';
import type { Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { applyNotes, type NodeRole, reasonNotApplicable } from './applied_row.js';
import { type Expected, type Finding, SEVERITY } from './finding.js';
import type { Judgement } from './judgement.js';
import { judgeNetworkRow } from './network_row.js';
import type { Observation, Sighting } from './observation.js';
import { oneOfEachOwner } from './owner_match.js';
import { type Explanation, explain, unexpectedFindings } from './unexpected.js';
import { judgeUnixRow } from './unix_row.js';

/** What explains a listener: a row of the page, a note, that it is a client's, or nothing. */
export interface SocketExplanation {
  readonly by: 'page' | 'note' | 'client' | null;
  /** The service of the row, or the note's reason. */
  readonly text: string | null;
}

/** What follows from an observation. */
export interface Evaluation {
  /** One for every row in the page's order, then one for every listener (or group of them) that no row explains. */
  readonly findings: readonly Finding[];
  /** By socket id, for every TCP and UDP listener, and for the unix listeners of rows. */
  readonly explanations: ReadonlyMap<string, SocketExplanation>;
}

/**
 * Compares what was observed on a node of a role with a page and its notes. Pure: the same input gives the same answer,
 * anywhere and at any time.
 */
export function evaluate(spec: Spec, observation: Observation, role: NodeRole): Evaluation {
  const sighting = { ...observation, eachOwner: oneOfEachOwner(observation.sockets) };
  const rows = spec.rows.map((row) => ({ row, judgement: judgeRow(row, spec, sighting, role) }));
  const explanations = new Map<string, SocketExplanation>();
  for (const { row, judgement } of rows) {
    for (const id of judgement.sockets) explanations.set(id, { by: 'page', text: row.service });
  }
  const rest = observation.sockets
    .filter(({ id, protocol }) => protocol !== 'unix' && !explanations.has(id))
    .map((listener) => [listener, explain(listener, spec.notes, observation.node)] as const);
  for (const [{ id }, explanation] of rest) explanations.set(id, inWords(explanation));
  return {
    findings: [
      ...rows.map(({ row, judgement }) => findingOf(row, judgement)),
      ...unexpectedFindings(rest, observation.node),
    ],
    explanations,
  };
}

function judgeRow(row: Row, spec: Spec, observation: Sighting, role: NodeRole): Judgement {
  const applied = applyNotes(row, spec.notes, role);
  const reason = reasonNotApplicable(applied, role);
  if (reason !== null) {
    return { verdict: 'not-applicable', message: reason, sockets: [], matchedBy: null, reason };
  }
  switch (row.kind) {
    case 'network':
      return judgeNetworkRow(row, applied, role, observation, spec);
    case 'unix':
      return judgeUnixRow(row, applied, role, observation, spec);
  }
}

function findingOf(row: Row, judgement: Judgement): Finding {
  const { verdict, message, sockets, matchedBy, reason } = judgement;
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
