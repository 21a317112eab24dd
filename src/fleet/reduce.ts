import { printable } from '../base/text.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Finding, MatchedBy } from '../verdict/finding.js';
import { type Column, MATCHED_BY } from './column.js';
import type { FleetNode } from './matrix.js';
import { listenerSubject, pageSubjects, type Subject } from './row.js';
import { type StateCode, stateCode } from './state.js';
import type { TextTable } from './texts.js';

/** A snapshot with its column, reduced to what a matrix shows of it; its label depends on the others. */
export type ReducedNode = Omit<FleetNode, 'label'>;

export function reduced(
  source: string,
  { node, capturedAt, summary, coverage }: SnapshotDocument,
  column: Column,
): ReducedNode {
  const read = new Set(coverage.sources.filter(({ status }) => status === 'ok').map(({ name }) => name));
  const protocols: readonly Protocol[] = ['tcp', 'udp', 'unix'];
  return {
    hostname: printable(node.hostname),
    identity: printable([node.hostname === '' ? source : node.hostname, ...addressesOf(node)].join(' ')),
    source: printable(source),
    role: node.role,
    roleSource: printable(node.roleSource),
    capturedAt: printable(capturedAt),
    result: summary.result,
    gaps: coverage.sources.flatMap(({ name, status, error }) =>
      status === 'ok' ? [] : [printable(`${name}: ${status}: ${error ?? 'no reason was given'}`)],
    ),
    blind: new Set(protocols.filter((protocol) => !read.has(protocol))),
    column,
  };
}

function addressesOf({ defaultInterface }: SnapshotDocument['node']): readonly string[] {
  return defaultInterface?.addresses ?? [];
}

interface Entry {
  readonly row: number;
  readonly state: StateCode;
  readonly matchedBy: MatchedBy | null;
  readonly message: string;
  readonly reason: string | null;
}

/** Reduces the findings of a snapshot. `numberOf` gives the number of a row, a new one where it was not seen before. */
export function reduceFindings(
  { findings, sockets, node }: SnapshotDocument,
  numberOf: (subject: Subject) => number,
  texts: TextTable,
): Column {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const ofPage = pageSubjects(findings.flatMap(({ expected }) => expected ?? [])).values();
  const entries = new Map<number, Entry>();
  for (const finding of findings) {
    const subject =
      (finding.expected === null ? null : ofPage.next().value) ?? listenerSubject(finding, byId, node.ephemeralPorts);
    const entry = entryOf(numberOf(subject), finding);
    const other = entries.get(entry.row);
    entries.set(entry.row, other === undefined ? entry : joined(other, entry));
  }
  return packed(
    [...entries.values()].sort((a, b) => a.row - b.row),
    texts,
  );
}

function entryOf(row: number, { verdict, severity, message, reason, matchedBy }: Finding): Entry {
  const own = reason === null || message.includes(reason) ? null : reason;
  return { row, state: stateCode(verdict, severity), matchedBy, message, reason: own };
}

/** Several listeners of one program on ports that the kernel picked: the worse decides. */
function joined(one: Entry, other: Entry): Entry {
  const [worse, lesser] = one.state <= other.state ? [one, other] : [other, one];
  return { ...worse, message: `${worse.message}; ${lesser.message}` };
}

function packed(entries: readonly Entry[], texts: TextTable): Column {
  const fillings: number[] = [];
  const fillingsFrom: number[] = [];
  const messages: number[] = [];
  const reasons: number[] = [];
  for (const { message, reason } of entries) {
    fillingsFrom.push(fillings.length);
    const stored = texts.store(message);
    const why = reason === null ? null : texts.store(reason);
    messages.push(stored.template);
    reasons.push(why === null ? 0 : why.template + 1);
    for (const one of stored.fillings) fillings.push(one);
    for (const one of why?.fillings ?? []) fillings.push(one);
  }
  return {
    rows: Uint32Array.from(entries, ({ row }) => row),
    states: Uint8Array.from(entries, ({ state }) => state),
    matchedBy: Uint8Array.from(entries, ({ matchedBy }) => MATCHED_BY.indexOf(matchedBy)),
    messages: Uint32Array.from(messages),
    reasons: Uint32Array.from(reasons),
    fillings: Uint32Array.from(fillings),
    fillingsFrom: Uint32Array.from(fillingsFrom),
  };
}
