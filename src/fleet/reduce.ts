import { printable } from '../base/text.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Finding } from '../verdict/finding.js';
import { type Cell, type Column, packColumn } from './column.js';
import type { FleetNode } from './matrix.js';
import { stateCode } from './state.js';
import { listenerSubject, pageSubjects, type Subject } from './subject.js';

/** A node before it has a label, which depends on the other nodes. */
export type UnlabelledNode = Omit<FleetNode, 'label'>;

/** Longer messages list hundreds of processes. */
const MAX_MESSAGE = 4000;

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/** Reduces a snapshot to what a matrix shows of it. `numberOf` gives the number of a row. */
export function reduceSnapshot(
  source: string,
  document: SnapshotDocument,
  numberOf: (subject: Subject) => number,
): UnlabelledNode {
  const { node, capturedAt, summary, coverage } = document;
  const read = new Set(coverage.sources.filter(({ status }) => status === 'ok').map(({ name }) => name));
  const addresses = node.defaultInterface?.addresses ?? [];
  return {
    hostname: printable(node.hostname),
    identity: printable([node.hostname === '' ? source : node.hostname, ...addresses].join(' ')),
    source: printable(source),
    role: node.role,
    roleSource: printable(node.roleSource),
    capturedAt: printable(capturedAt),
    result: summary.result,
    gaps: coverage.sources.flatMap(({ name, status, error }) =>
      status === 'ok' ? [] : [printable(`${name}: ${status}: ${error ?? 'no reason given'}`)],
    ),
    unreadProtocols: new Set(PROTOCOLS.filter((protocol) => !read.has(protocol))),
    column: columnOf(document, numberOf),
  };
}

function columnOf({ findings, sockets, node }: SnapshotDocument, numberOf: (subject: Subject) => number): Column {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const ofPage = pageSubjects(findings.flatMap(({ expected }) => expected ?? [])).values();
  const cells = new Map<number, Cell>();
  for (const finding of findings) {
    const subject =
      (finding.expected === null ? null : ofPage.next().value) ?? listenerSubject(finding, byId, node.ephemeralPorts);
    const row = numberOf(subject);
    const cell = cellOf(finding);
    const other = cells.get(row);
    cells.set(row, other === undefined ? cell : joined(other, cell));
  }
  return packColumn(Array.from(cells, ([row, cell]) => ({ row, ...cell })).sort((a, b) => a.row - b.row));
}

function cellOf({ verdict, severity, code, message, reason, matchedBy }: Finding): Cell {
  return { state: stateCode(verdict, severity), code, message: shortened(message), reason, matchedBy };
}

/** Several listeners of one program on ephemeral ports: the worst one decides the state. */
function joined(one: Cell, other: Cell): Cell {
  const [worse, lesser] = one.state <= other.state ? [one, other] : [other, one];
  return { ...worse, message: shortened(`${worse.message}; ${lesser.message}`) };
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`;
}
