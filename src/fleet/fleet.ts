import { formatProblem } from '../base/format_error.js';
import { printable } from '../base/text.js';
import type { Evidence } from '../evidence/snapshot_in.js';
import type { FailOn, Result, SnapshotDocument } from '../snapshot/document/document.js';
import { isDrift } from '../snapshot/document/summary.js';
import { specFor } from '../spec/builtin.js';
import type { Spec } from '../spec/spec.js';
import { expectedOf } from '../verdict/evaluate.js';
import { ROLES } from './agreement.js';
import { type ClusterFinding, clusterFindings, clusterRules } from './cluster.js';
import { columnOf } from './column.js';
import { Interned } from './interned.js';
import { KeptFindings } from './kept_findings.js';
import { labelsOf } from './labels.js';
import { type SetAside, toldApart } from './machines.js';
import type { FleetNode, Matrix, MatrixPage, MatrixRow } from './matrix.js';
import { type FleetPart, PartMaker } from './part_maker.js';
import type { FleetOptions } from './reduce.js';
import { matrixRows } from './rows.js';
import { pageSubjects, type Subject } from './subject.js';

/** An input that could not be read, and why. */
export interface UnreadableInput {
  readonly source: string;
  readonly reason: string;
}

export interface Fleet {
  readonly matrices: readonly Matrix[];
  readonly unreadable: readonly UnreadableInput[];
  readonly setAside: readonly SetAside[];
  /** Whether no two of the nodes may be the same one. */
  readonly areToldApart: boolean;
  readonly cluster: readonly ClusterFinding[];
  readonly summary: {
    readonly result: Result;
    readonly failOn: FailOn;
    readonly nodes: Readonly<Record<Result, number>>;
  };
}

/** The nodes of one page, or of the built-in pages of their releases, and the rows that they have in common. */
interface Group {
  /** By release. */
  readonly specs: Map<string | null, Spec>;
  /** The subjects of rows, by row number. */
  readonly subjects: Interned<Subject>;
  readonly nodes: Omit<FleetNode, 'label'>[];
}

/** What is known of a maker of parts, which compares nodes with `spec`. */
export class PartSource {
  readonly kept = new KeptFindings();
  readonly subjects = new Interned<Subject>();
  /** By group: the rows there of the subjects here. */
  readonly rows = new Map<Group, number[]>();

  constructor(readonly spec: Spec) {}
}

/** Puts snapshots together, one at a time. Keeps only a column of each, so that thousands fit into memory. */
export class FleetBuilder {
  readonly #groups = new Map<string, Group>();
  readonly #unreadable: UnreadableInput[] = [];
  readonly #maker: PartMaker;
  readonly #own: PartSource;

  constructor(readonly options: FleetOptions) {
    this.#maker = new PartMaker(options);
    this.#own = new PartSource(options.spec);
  }

  /** Evaluates a snapshot, with the page of its release, and adds it. */
  add(source: string, document: SnapshotDocument): void {
    this.addPart(this.#maker.partOf(source, document), this.#own);
  }

  /** Adds a part of the maker that `from` stands for. Its parts come in the order in which it made them. */
  addPart({ node, column, subjects, kept }: FleetPart, from: PartSource): void {
    const spec = specFor(from.spec, node.release);
    const group = this.#groupOf(spec);
    group.specs.set(spec.release, spec);
    const rows = from.rows.get(group) ?? [];
    from.rows.set(group, rows);
    from.subjects.append(subjects);
    from.kept.append(kept);
    const rowOf = (number: number): number => {
      const subject = from.subjects.get(number);
      rows[number] ??= group.subjects.add(subject.key, () => subject);
      return rows[number];
    };
    group.nodes.push({ ...node, column: columnOf(column, rowOf, from.kept) });
  }

  /** Adds an input that could not be read, which makes the result incomplete. */
  addUnreadable(source: string, reason: string): void {
    this.#unreadable.push({ source: printable(source), reason: printable(reason) });
  }

  /** The notes contain the rules for the cluster. */
  build(): Fleet {
    const { spec, failOn } = this.options;
    const rules = clusterRules(spec);
    const exempt = new Set(rules.filter(({ rule }) => rule === 'exactly-one').flatMap(({ keys }) => keys));
    const groups = [...this.#groups.values()];
    const { latest, setAside, perhapsOlder } = toldApart(groups.flatMap(({ nodes }) => nodes));
    const labels = labelsOf(latest);
    const labelled = new Map(latest.map((node, at) => [node, { ...node, label: labels[at] ?? node.source }]));
    const matrices = groups.flatMap(({ specs, subjects, nodes: given }): Matrix[] => {
      const nodes = given.flatMap((node) => labelled.get(node) ?? []).sort(byRoleAndLabel);
      if (nodes.length === 0) return [];
      const releases = new Set(nodes.map(({ release }) => release));
      const pages = [...specs.values()].filter(({ release }) => releases.has(release)).sort(byRelease);
      const keys = new Set(pages.flatMap(({ rows }) => pageSubjects(rows.map(expectedOf))).map(({ key }) => key));
      const found = setAside.length === 0 ? null : new Set(nodes.flatMap(({ column }) => [...column.rows]));
      const isShown = ({ expected, key, number }: MatrixRow): boolean =>
        expected === null ? found === null || found.has(number) : keys.has(key);
      return [{ page: pageOf(pages), rows: matrixRows(subjects.values, nodes, exempt).filter(isShown), nodes }];
    });
    const doubtful = new Set(Array.from(perhapsOlder, (node) => labelled.get(node)));
    const unreadable = this.#unreadable;
    const cluster = clusterFindings(matrices, rules, unreadable.length, doubtful);
    const nodes = { match: 0, drift: 0, incomplete: 0 };
    for (const { result } of latest) nodes[result] += 1;
    const result = resultOf(nodes, cluster, unreadable.length, failOn);
    const areToldApart = perhapsOlder.size === 0;
    return { matrices, unreadable, setAside, areToldApart, cluster, summary: { result, failOn, nodes } };
  }

  #groupOf({ source, sha256, isByRelease, notes: { sources }, builtin }: Spec): Group {
    const pages = isByRelease && builtin.some((page) => page.sha256 === sha256) ? builtin : [];
    const key = JSON.stringify([pages.length > 0 ? source : sha256, sources]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { specs: new Map(), subjects: new Interned(), nodes: [] };
    // The order of rows is that of the newest page, even if the first node has another.
    for (const { rows } of pages.toReversed()) {
      for (const subject of pageSubjects(rows.map(expectedOf))) group.subjects.add(subject.key, () => subject);
    }
    this.#groups.set(key, group);
    return group;
  }
}

/** Oldest first. */
function byRelease(a: Spec, b: Spec): number {
  const releases = a.builtin.flatMap((page) => page.releases);
  return releases.indexOf(a.release ?? '') - releases.indexOf(b.release ?? '');
}

/** The pages of one group, oldest first. */
function pageOf(pages: readonly Spec[]): MatrixPage {
  const newest = pages.at(-1);
  if (newest === undefined) throw new TypeError('a group has a page');
  const { title, source, sha256, notes } = newest;
  const releases = pages.flatMap(({ release }) => release ?? []);
  return {
    title: printable(title),
    source: printable(source),
    releases,
    sha256,
    notes: notes.sources.map(printable),
  };
}

function byRoleAndLabel(a: FleetNode, b: FleetNode): number {
  return ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.label.localeCompare(b.label, 'en', { numeric: true });
}

function resultOf(
  nodes: Readonly<Record<Result, number>>,
  cluster: readonly ClusterFinding[],
  unreadable: number,
  failOn: FailOn,
): Result {
  if (nodes.drift > 0 || cluster.some(({ severity }) => isDrift(severity, failOn))) return 'drift';
  const isIncomplete = nodes.incomplete > 0 || unreadable > 0 || cluster.some(({ severity }) => severity === 'unknown');
  return isIncomplete || nodes.match === 0 ? 'incomplete' : 'match';
}

/** Puts nodes together. An input that could not be read makes the result incomplete. */
export async function fleetOf(
  evidence: Iterable<Evidence> | AsyncIterable<Evidence>,
  options: FleetOptions,
): Promise<Fleet> {
  const builder = new FleetBuilder(options);
  for await (const one of evidence) {
    if ('document' in one) builder.add(one.source, one.document);
    else builder.addUnreadable(one.source, formatProblem(one.error, one.source));
  }
  return builder.build();
}
