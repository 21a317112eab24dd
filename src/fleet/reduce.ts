import { createHash } from 'node:crypto';
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
import { pageRemarks } from '../verdict/page_remarks.js';
import { findingText } from '../verdict/text/finding.js';
import { pageRemarkText } from '../verdict/text/page_remark.js';
import type { NotesOf } from '../verdict/unexpected.js';
import type { FleetNode } from './matrix.js';

/** How the nodes of a fleet are evaluated. */
export interface FleetOptions {
  readonly spec: Spec;
  readonly role: Role | 'auto';
  readonly failOn: FailOn;
}

/** A node before it has a label, which depends on the other nodes, and a column. */
export type ReducedNode = Omit<FleetNode, 'label' | 'column'>;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/** Evaluates a snapshot and reduces it to what a matrix shows of it. `spec` is that of the node's release. */
export function reduceSnapshot(
  source: string,
  document: SnapshotDocument,
  { spec, role: asked, failOn }: FleetOptions,
  notesOf: NotesOf,
): { readonly node: ReducedNode; readonly evaluated: EvaluatedFacts } {
  const { node, capturedAt } = document;
  const { capture, role } = captureWithRole(document, asked, spec.notes);
  const { coverage } = capture;
  const evaluated = evaluateFacts(spec, capture, role.role, notesOf);
  const read = new Set(coverage.sources.filter(({ status }) => status === 'ok').map(({ name }) => name));
  const reduced = {
    hostname: printable(node.hostname),
    pseudonyms: document.redacted?.keyId ?? null,
    socketsId: socketsIdOf(document),
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
  };
  return { node: reduced, evaluated };
}

/** Fewer TCP listeners could have the same numbers on two machines. */
const MIN_SOCKETS = 3;

/** The kernel gives the numbers of sockets anew with every start, and counts them up. */
function socketsIdOf({ node: { netns, kernel }, sockets }: SnapshotDocument): string | null {
  const own = sockets.filter((socket) => socket.protocol === 'tcp' && socket.netns === netns);
  if (own.length < MIN_SOCKETS || own.some(({ inode, cookie }) => inode === 0 || cookie === null)) return null;
  const numbers = own.map(({ port, inode, cookie }) => `${port} ${inode} ${cookie}`).sort();
  return createHash('sha256')
    .update([kernel, netns, ...numbers].join('\n'))
    .digest('base64');
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
