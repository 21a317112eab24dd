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
import { type Column, renumbered } from './column.js';
import { KeptFindings, type NewlyKept } from './kept_findings.js';
import { labelsOf } from './labels.js';
import type { FleetNode, Matrix, MatrixPage } from './matrix.js';
import { type FleetOptions, reduceSnapshot, type UnlabelledNode } from './reduce.js';
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
  /** The subjects of rows, by row number, and the numbers of their keys. */
  readonly subjects: Subject[];
  readonly numbers: Map<string, number>;
  readonly nodes: UnlabelledNode[];
  /** Subjects that were given up with parts. */
  taken: number;
}

/** A node that another builder added, with the subjects and the findings that none of its earlier parts has. */
export interface FleetPart {
  readonly node: Omit<UnlabelledNode, 'column'> & { readonly column: Omit<Column, 'kept'> };
  readonly subjects: readonly Subject[];
  readonly kept: NewlyKept;
}

/** What is known of a builder that gives up parts. */
export class PartSource {
  readonly kept = new KeptFindings();
  /** By group: the numbers here of the subjects there. */
  readonly numbers = new Map<Group, number[]>();
}

/** Puts snapshots together, one at a time. Keeps only a column of each, so that thousands fit into memory. */
export class FleetBuilder {
  readonly #groups = new Map<string, Group>();
  readonly #kept = new KeptFindings();
  readonly #unreadable: UnreadableInput[] = [];

  /** Evaluates a snapshot, with the page of its release, and adds it. */
  add(source: string, document: SnapshotDocument, options: FleetOptions): void {
    const spec = specFor(options.spec, document.node.release);
    const group = this.#groupOf(spec);
    const numberOf = (subject: Subject): number => numberIn(group, subject);
    const fleetRows = { kept: this.#kept, numberOf };
    group.specs.set(spec.release, spec);
    const pageNumbers = pageSubjects(spec.rows.map(expectedOf)).map(numberOf);
    group.nodes.push(reduceSnapshot(source, document, { ...options, spec }, pageNumbers, fleetRows));
  }

  /** Gives up the node that was added last, with what `addPart` of another builder has not got from this one yet. */
  takePart(): FleetPart {
    for (const group of this.#groups.values()) {
      const node = group.nodes.pop();
      if (node === undefined) continue;
      const { kept, ...column } = node.column;
      const subjects = group.subjects.slice(group.taken);
      group.taken = group.subjects.length;
      return { node: { ...node, column }, subjects, kept: kept.take() };
    }
    throw new TypeError('a part has a node');
  }

  /** Adds a part of the builder that `from` stands for. Its parts come in the order in which it gave them up. */
  addPart({ node, subjects, kept }: FleetPart, from: PartSource, { spec: asked }: FleetOptions): void {
    const spec = specFor(asked, node.release);
    const group = this.#groupOf(spec);
    group.specs.set(spec.release, spec);
    const numbers = from.numbers.get(group) ?? [];
    from.numbers.set(group, numbers);
    // What is new in a part is in the order of its findings, as if the snapshot had been added here.
    for (const subject of subjects) numbers.push(numberIn(group, subject));
    from.kept.append(kept);
    group.nodes.push({ ...node, column: renumbered(node.column, numbers, from.kept) });
  }

  /** Adds an input that could not be read, which makes the result incomplete. */
  addUnreadable(source: string, reason: string): void {
    this.#unreadable.push({ source: printable(source), reason: printable(reason) });
  }

  /** The notes of `spec` contain the rules for the cluster. */
  build(spec: Spec, failOn: FailOn): Fleet {
    const rules = clusterRules(spec);
    const exempt = new Set(rules.filter(({ rule }) => rule === 'exactly-one').flatMap(({ keys }) => keys));
    const groups = [...this.#groups.values()];
    const all = groups.flatMap(({ nodes }) => nodes);
    const labels = labelsOf(all).values();
    const matrices = groups.map(({ specs, subjects, nodes }): Matrix => {
      const pages = [...specs.values()].sort(byRelease);
      const keys = new Set(pages.flatMap(({ rows }) => pageSubjects(rows.map(expectedOf))).map(({ key }) => key));
      const labelled = nodes
        .map((node) => ({ ...node, label: labels.next().value ?? node.source }))
        .sort(byRoleAndLabel);
      const rows = matrixRows(subjects, labelled, exempt);
      return {
        page: pageOf(pages),
        rows: rows.filter((row) => row.expected === null || keys.has(row.key)),
        nodes: labelled,
      };
    });
    const cluster = clusterFindings(matrices, rules, this.#unreadable.length);
    const nodes = { match: 0, drift: 0, incomplete: 0 };
    for (const { result } of all) nodes[result] += 1;
    const result = resultOf(nodes, cluster, this.#unreadable.length, failOn);
    return { matrices, unreadable: this.#unreadable, cluster, summary: { result, failOn, nodes } };
  }

  #groupOf({ source, sha256, isByRelease, notes: { sources }, builtin }: Spec): Group {
    const pages = isByRelease && builtin.some((page) => page.sha256 === sha256) ? builtin : [];
    const key = JSON.stringify([pages.length > 0 ? source : sha256, sources]);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { specs: new Map(), subjects: [], numbers: new Map(), nodes: [], taken: 0 };
    // The order of rows is that of the newest page, whatever the first node has.
    for (const { rows } of pages.toReversed()) {
      for (const subject of pageSubjects(rows.map(expectedOf))) numberIn(group, subject);
    }
    this.#groups.set(key, group);
    return group;
  }
}

function numberIn({ subjects, numbers }: Group, subject: Subject): number {
  const number = numbers.get(subject.key) ?? subjects.push(subject) - 1;
  numbers.set(subject.key, number);
  return number;
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
  const builder = new FleetBuilder();
  for await (const one of evidence) {
    if ('document' in one) builder.add(one.source, one.document, options);
    else builder.addUnreadable(one.source, formatProblem(one.error, one.source));
  }
  return builder.build(options.spec, options.failOn);
}
