import { printable } from '../base/text.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { FailOn, SnapshotDocument } from '../snapshot/document/document.js';
import { resultOf } from '../snapshot/document/summary.js';
import { captureWithRole } from '../snapshot/reevaluate.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { Claim } from '../verdict/claim.js';
import { FINDING_CODES, isOfNoNode } from '../verdict/codes.js';
import { type EvaluatedFacts, evaluateFacts } from '../verdict/evaluate.js';
import type { FindingFacts } from '../verdict/finding.js';
import { pageRemarks } from '../verdict/page_remarks.js';
import { adviceFor } from '../verdict/text/advice.js';
import { type FindingContext, findingText } from '../verdict/text/finding.js';
import { pageRemarkText } from '../verdict/text/page_remark.js';
import { type Cell, type CellParams, type Column, packColumn } from './column.js';
import type { FleetNode } from './matrix.js';
import { stateCode } from './state.js';
import { type EphemeralPorts, listenerSubject, type Subject } from './subject.js';

/** How the nodes of a fleet are evaluated. */
export interface FleetOptions {
  readonly spec: Spec;
  readonly role: Role | 'auto';
  readonly failOn: FailOn;
}

/** A node before it has a label, which depends on the other nodes. */
export type UnlabelledNode = Omit<FleetNode, 'label'>;

/** Longer messages list hundreds of processes. */
const MAX_MESSAGE = 4000;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/**
 * Evaluates a snapshot and reduces it to what a matrix shows of it. `pageNumbers` are the numbers of the rows of the spec, which is that
 * of the node's release; `numberOf` gives the number of the row of a listener.
 */
export function reduceSnapshot(
  source: string,
  document: SnapshotDocument,
  { spec, role: asked, failOn }: FleetOptions,
  pageNumbers: readonly number[],
  numberOf: (subject: Subject) => number,
): UnlabelledNode {
  const { node, capturedAt } = document;
  const { capture, role } = captureWithRole(document, asked, spec.notes);
  const { coverage } = capture;
  const evaluated = evaluateFacts(spec, capture, role.role);
  const read = new Set(coverage.sources.filter(({ status }) => status === 'ok').map(({ name }) => name));
  return {
    hostname: printable(node.hostname),
    addresses: node.defaultAddresses,
    source: printable(source),
    isInCluster: !evaluated.facts.some(({ code }) => isOfNoNode(code)),
    release: spec.release,
    role: role.role,
    roleSource: printable(role.roleSource),
    capturedAt: printable(capturedAt),
    result: resultOf(evaluated.facts, coverage, failOn, document.claims),
    gaps: coverage.sources.flatMap(({ name, status, error }) =>
      status === 'ok' ? [] : [printable(`${name}: ${status}: ${error ?? 'no reason given'}`)],
    ),
    remarks: [
      ...noNodeRemarks(evaluated),
      ...pageRemarks(spec, node.release).map((remark) => printable(pageRemarkText(remark))),
      ...(document.claims ?? []).filter(({ result }) => result !== 'holds').map(claimRemark),
    ],
    unreadProtocols: new Set(PROTOCOLS.filter((protocol) => !read.has(protocol))),
    column: columnOf(evaluated, pageNumbers, node.ephemeralPorts, numberOf),
  };
}

/** What decides the result of a node and is in no cell. */
function claimRemark({ row, claim, endpoint, result, message }: Claim): string {
  return printable(`${row.service} ${endpoint ?? `${row.port}/${row.protocol}`} ${claim}: ${result}: ${message}`);
}

/** Why no row applies, which is the same on all of them. */
function noNodeRemarks({ facts, context }: EvaluatedFacts): string[] {
  const one = facts.find(({ code }) => isOfNoNode(code));
  return one === undefined ? [] : [findingText(one, context).message];
}

/** The facts about the rows of a spec come first, in their order. */
function columnOf(
  { facts, context }: EvaluatedFacts,
  pageNumbers: readonly number[],
  ephemeral: EphemeralPorts,
  numberOf: (subject: Subject) => number,
): Column {
  const cells = new Map<number, Cell>();
  for (const [at, fact] of facts.entries()) {
    const row = pageNumbers[at] ?? numberOf(listenerSubject(fact, context.sockets, ephemeral));
    const cell = cellOf(fact, context);
    const other = cells.get(row);
    cells.set(row, other === undefined ? cell : joined(other, cell));
  }
  return packColumn([...cells].sort(([a], [b]) => a - b));
}

function cellOf(facts: FindingFacts, context: FindingContext): Cell {
  const { verdict, severity, code, matchedBy } = facts;
  const { message, reason } = findingText(facts, context);
  // Most rows are ok, and have none.
  const advice = severity === 'none' ? null : adviceFor(facts, context);
  return {
    state: stateCode(verdict, severity),
    code,
    params: paramsOf(facts),
    message: shortened(message),
    reason,
    advice: advice === null ? null : [advice.text, ...advice.commands].join('\n'),
    matchedBy,
  };
}

function paramsOf({ code, params }: FindingFacts): CellParams {
  const kinds: Readonly<Record<string, string>> = FINDING_CODES[code].params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => kinds[name] !== 'socketIds'));
}

/** Several listeners of one program on ephemeral ports: the worst one decides the state. */
function joined(one: Cell, other: Cell): Cell {
  const [worse, lesser] = one.state <= other.state ? [one, other] : [other, one];
  return { ...worse, message: shortened(`${worse.message}; ${lesser.message}`) };
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`;
}
