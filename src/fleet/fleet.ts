import { printable } from '../base/text.js';
import type { FailOn, Result, SnapshotDocument } from '../snapshot/document/document.js';
import { isDrift } from '../snapshot/document/summary.js';
import type { Spec } from '../spec/spec.js';
import type { NodeRole } from '../verdict/applied_row.js';
import { agreements, ROLES } from './agreement.js';
import { type ClusterFinding, clusterFindings, clusterRules } from './cluster.js';
import { labelsOf } from './labels.js';
import type { Agreement, FleetNode, JudgedBy, Matrix, MatrixRow } from './matrix.js';
import { type ReducedNode, reduced, reduceFindings } from './reduce.js';
import type { Renumbering } from './renumbering.js';
import { SECTIONS, type Subject, sectionOf } from './row.js';
import type { Share } from './share.js';
import { SEVERITIES, type StateCode, stateOf } from './state.js';
import { Subjects } from './subjects.js';
import { TextTable } from './texts.js';

/** An input that is no node in the matrix, and why. */
export interface Unreadable {
  readonly source: string;
  readonly reason: string;
}

export interface Fleet {
  readonly matrices: readonly Matrix[];
  readonly unreadable: readonly Unreadable[];
  readonly cluster: readonly ClusterFinding[];
  readonly texts: TextTable;
  readonly summary: {
    readonly result: Result;
    readonly failOn: FailOn;
    readonly nodes: Readonly<Record<Result, number>>;
  };
}

interface Group {
  readonly page: JudgedBy;
  readonly subjects: Subjects;
  readonly nodes: ReducedNode[];
}

/** Puts snapshots together, one after the other: of each only a column is kept, so that thousands fit into memory. */
export class FleetBuilder {
  readonly #texts = new TextTable();
  readonly #groups = new Map<string, Group>();
  readonly #unreadable: Unreadable[] = [];

  add(source: string, document: SnapshotDocument): void {
    const { subjects, nodes } = this.#groupOf(document.spec);
    nodes.push(
      reduced(
        source,
        document,
        reduceFindings(document, (one) => subjects.number(one), this.#texts),
      ),
    );
  }

  /** What was reduced elsewhere. `renumbering` is that of its reducer, and has to be given all of it, in order. */
  addShare(share: Share, renumbering: Renumbering): void {
    const { subjects, nodes } = this.#groupOf(share.page);
    const column = renumbering.column(share, (one) => subjects.number(one), this.#texts);
    nodes.push({ ...share.node, column });
  }

  /** An input that could not be read. It is told with the matrix, and leaves the answer incomplete. */
  addUnreadable(source: string, reason: string): void {
    // Most reasons begin with the source, for who sees them without a table.
    const own = reason.startsWith(`${source}: `) ? reason.slice(source.length + 2) : reason;
    this.#unreadable.push({ source: printable(source), reason: printable(own) });
  }

  /** `spec` is what the snapshots were judged by; its notes have the rules for the cluster. */
  build(spec: Spec, failOn: FailOn): Fleet {
    const rules = clusterRules(spec);
    const exempt = new Set(rules.filter(({ rule }) => rule === 'exactly-one').flatMap(({ keys }) => keys));
    const all = [...this.#groups.values()].flatMap(({ nodes }) => nodes);
    const labels = labelsOf(all);
    const labelled = new Map(all.map((node, at) => [node, { ...node, label: labels[at] ?? node.source }]));
    const matrices = [...this.#groups.values()].map(({ page, subjects, nodes }): Matrix => {
      const sorted = nodes.flatMap((node) => labelled.get(node) ?? []).sort(byRoleAndLabel);
      return { page, rows: rowsOf(subjects.all, sorted, exempt), nodes: sorted };
    });
    const cluster = clusterFindings(matrices, rules, this.#unreadable.length);
    const nodes = { match: 0, drift: 0, incomplete: 0 };
    for (const { result } of all) nodes[result] += 1;
    const result = resultOf(nodes, cluster, this.#unreadable.length, failOn);
    return {
      matrices,
      unreadable: this.#unreadable,
      cluster,
      texts: this.#texts,
      summary: { result, failOn, nodes },
    };
  }

  #groupOf({ title, source, sha256, notes }: SnapshotDocument['spec']): Group {
    const key = JSON.stringify([sha256, notes]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const page = { title: printable(title), source: printable(source), sha256, notes: notes.map(printable) };
    const group: Group = { page, subjects: new Subjects(), nodes: [] };
    this.#groups.set(key, group);
    return group;
  }
}

function byRoleAndLabel(a: FleetNode, b: FleetNode): number {
  return ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.label.localeCompare(b.label, 'en', { numeric: true });
}

/** Rows in the order of the page; those of listeners behind them, worst first, then those that most nodes have. */
function rowsOf(subjects: readonly Subject[], nodes: readonly FleetNode[], exempt: ReadonlySet<string>): MatrixRow[] {
  const named = byPlace(subjects, false);
  const ownerless = byPlace(subjects, true);
  const rows = subjects.map((subject, number) => {
    const { expected, isOwnerless, place } = subject;
    const isNamed = expected === null && !isOwnerless;
    return {
      ...subject,
      number,
      section: sectionOf(subject),
      ownerlessTwins: isNamed ? (ownerless.get(place) ?? []) : [],
      namedTwins: isOwnerless ? (named.get(place) ?? []) : [],
    };
  });
  const agreement = agreements(rows, nodes);
  const rank = rankOf(nodes);
  return rows
    .map((row): MatrixRow => {
      const of = (role: NodeRole): Agreement => (exempt.has(row.key) ? 'alike' : agreement(row.number, role));
      return {
        ...row,
        agreement: { 'control-plane': of('control-plane'), worker: of('worker'), unknown: of('unknown') },
      };
    })
    .sort(
      (a, b) => SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) || rank(a) - rank(b) || a.number - b.number,
    );
}

/** Numbers of the rows of listeners on each place, either those whose holder was seen or the others. */
function byPlace(subjects: readonly Subject[], isOwnerless: boolean): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [number, subject] of subjects.entries()) {
    if (subject.expected !== null || subject.isOwnerless !== isOwnerless) continue;
    const there = places.get(subject.place);
    if (there === undefined) places.set(subject.place, [number]);
    else there.push(number);
  }
  return places;
}

/** Rows of the page keep their order. */
function rankOf(nodes: readonly FleetNode[]): (row: Subject & { readonly number: number }) => number {
  const worst = new Map<number, StateCode>();
  const times = new Map<number, number>();
  for (const { column } of nodes) {
    column.rows.forEach((row, at) => {
      const state = column.states[at] ?? 0;
      worst.set(row, Math.min(worst.get(row) ?? state, state));
      times.set(row, (times.get(row) ?? 0) + 1);
    });
  }
  return ({ expected, number }) =>
    expected !== null ? 0 : severityRank(worst.get(number) ?? 0) * (nodes.length + 1) - (times.get(number) ?? 0);
}

function severityRank(code: StateCode): number {
  const state = stateOf(code);
  return state.kind === 'verdict' ? SEVERITIES.indexOf(state.severity) : SEVERITIES.length;
}

function resultOf(
  nodes: Readonly<Record<Result, number>>,
  cluster: readonly ClusterFinding[],
  unreadable: number,
  failOn: FailOn,
): Result {
  if (nodes.drift > 0 || cluster.some(({ severity }) => isDrift(severity, failOn))) return 'drift';
  const open = nodes.incomplete > 0 || unreadable > 0 || cluster.some(({ severity }) => severity === 'unknown');
  return open || nodes.match === 0 ? 'incomplete' : 'match';
}
