import { addTo } from '../base/multimap.js';
import { printable } from '../base/text.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { FailOn, SnapshotDocument } from '../snapshot/document/document.js';
import { resultOf } from '../snapshot/document/summary.js';
import { captureWithRole } from '../snapshot/reevaluate.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { Claim } from '../verdict/claim.js';
import { isOfNoNode } from '../verdict/codes.js';
import { type EvaluatedFacts, evaluateFacts } from '../verdict/evaluate.js';
import type { FindingFacts } from '../verdict/finding.js';
import { pageRemarks } from '../verdict/page_remarks.js';
import { findingText } from '../verdict/text/finding.js';
import { pageRemarkText } from '../verdict/text/page_remark.js';
import type { Column } from './column.js';
import type { KeptFindings } from './kept_findings.js';
import type { FleetNode } from './matrix.js';
import { stateCode } from './state.js';
import { type EphemeralPorts, listenerSubject, type Subject } from './subject.js';

/** How the nodes of a fleet are evaluated. */
export interface FleetOptions {
  readonly spec: Spec;
  readonly role: Role | 'auto';
  readonly failOn: FailOn;
}

/** What nodes have in common. */
export interface FleetRows {
  readonly kept: KeptFindings;
  /** The number of the row of a listener. */
  numberOf(subject: Subject): number;
}

/** A node before it has a label, which depends on the other nodes. */
export type UnlabelledNode = Omit<FleetNode, 'label'>;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/**
 * Evaluates a snapshot and reduces it to what a matrix shows of it. `pageNumbers` are the numbers of the rows of the spec, which is that
 * of the node's release.
 */
export function reduceSnapshot(
  source: string,
  document: SnapshotDocument,
  { spec, role: asked, failOn }: FleetOptions,
  pageNumbers: readonly number[],
  fleetRows: FleetRows,
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
    column: columnOf(evaluated, pageNumbers, node.ephemeralPorts, fleetRows),
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
  { facts, context: { sockets, coverage, node } }: EvaluatedFacts,
  pageNumbers: readonly number[],
  ephemeral: EphemeralPorts,
  { kept, numberOf }: FleetRows,
): Column {
  const byRow = new Map<number, FindingFacts[]>();
  for (const [at, fact] of facts.entries()) {
    addTo(byRow, pageNumbers[at] ?? numberOf(listenerSubject(fact, sockets, ephemeral)), fact);
  }
  const rows = Uint32Array.from(byRow.keys()).sort();
  const states = new Uint8Array(rows.length);
  const findingEnds = new Uint32Array(rows.length);
  const findings: number[] = [];
  // Typed arrays are filled in a loop because their `from` is ten times as slow.
  for (const [at, row] of rows.entries()) {
    const own = byRow.get(row) ?? [];
    for (const one of own) kept.keep(one, sockets, findings);
    states[at] = Math.min(...own.map(({ verdict, severity }) => stateCode(verdict, severity)));
    findingEnds[at] = findings.length;
  }
  const context = { coverage, node: { defaultAddresses: node.defaultAddresses } };
  return { rows, states, kept, findings: new Float64Array(findings), findingEnds, context };
}
