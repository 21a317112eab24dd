import type { SockwatchError } from '../base/errors.js';
import { type Holders, holdersOfNode } from '../evidence/seen_snapshots.js';
import { snapshotIn } from '../evidence/snapshot_in.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { specFor } from '../spec/builtin.js';
import type { Spec } from '../spec/spec.js';
import { type EvaluatedFacts, expectedOf } from '../verdict/evaluate.js';
import { type NotesOf, notesByOwner } from '../verdict/unexpected.js';
import type { LooseColumn } from './column.js';
import { Interned } from './interned.js';
import { KeptFindings, type NewlyKept } from './kept_findings.js';
import { type FleetOptions, type ReducedNode, reduceSnapshot } from './reduce.js';
import { stateCode } from './state.js';
import { type EphemeralPorts, listenerSubject, pageSubjects, type Subject } from './subject.js';

/** An evaluated snapshot, with the subjects and the findings that none of its maker's earlier parts has. */
export interface FleetPart {
  readonly node: ReducedNode;
  readonly column: LooseColumn;
  readonly subjects: readonly Subject[];
  readonly kept: NewlyKept;
}

/** One that was read from a file. */
export interface SnapshotPart extends FleetPart {
  readonly holders: Holders;
}

/** What is the same in all snapshots that are compared with one page. */
interface Page {
  /** The subjects of its rows, in their order. */
  readonly subjects: readonly number[];
  readonly notesOf: NotesOf;
}

/** Evaluates snapshots. What nodes have in common is found out once. */
export class PartMaker {
  readonly #kept = new KeptFindings();
  /** By release. */
  readonly #pages = new Map<string | null, Page>();
  readonly #subjects = new Interned<Subject>();
  /** By port range: those of listeners by their numbers in `#kept`. */
  readonly #ofListeners = new Map<string, number[]>();

  constructor(readonly options: FleetOptions) {}

  /** Of a file. */
  read(source: string, bytes: Uint8Array): SnapshotPart | { readonly source: string; readonly error: SockwatchError } {
    const one = snapshotIn(source, bytes);
    return 'error' in one ? one : { ...this.partOf(source, one.document), holders: holdersOfNode(one.document) };
  }

  partOf(source: string, document: SnapshotDocument): FleetPart {
    const spec = specFor(this.options.spec, document.node.release);
    const page = this.#pages.get(spec.release) ?? this.#pageOf(spec);
    const { node, evaluated } = reduceSnapshot(source, document, { ...this.options, spec }, page.notesOf);
    const column = this.#columnOf(evaluated, page, document.node.ephemeralPorts);
    return { node, column, subjects: this.#subjects.take(), kept: this.#kept.take() };
  }

  #pageOf(spec: Spec): Page {
    const subjects = pageSubjects(spec.rows.map(expectedOf)).map((subject) => this.#numberOf(subject));
    const page = { subjects, notesOf: notesByOwner(spec.notes) };
    this.#pages.set(spec.release, page);
    return page;
  }

  /** The facts about the rows of a page come first, in their order. */
  #columnOf({ facts, context }: EvaluatedFacts, page: Page, ephemeral: EphemeralPorts): LooseColumn {
    const { sockets, coverage, node } = context;
    const range = `${ephemeral?.from}-${ephemeral?.to}`;
    const ofListeners = this.#ofListeners.get(range) ?? [];
    this.#ofListeners.set(range, ofListeners);
    const rows = new Uint32Array(facts.length);
    const states = new Uint8Array(facts.length);
    const findingEnds = new Uint32Array(facts.length);
    const findings: number[] = [];
    for (const [at, fact] of facts.entries()) {
      const listener = this.#kept.keep(fact, sockets, findings);
      const known = page.subjects[at] ?? (listener === null ? undefined : ofListeners[listener]);
      const subject = known ?? this.#numberOf(listenerSubject(fact, sockets, ephemeral));
      if (known === undefined && listener !== null) ofListeners[listener] = subject;
      rows[at] = subject;
      states[at] = stateCode(fact.verdict, fact.severity);
      findingEnds[at] = findings.length;
    }
    const own = { coverage, node: { defaultAddresses: node.defaultAddresses, services: node.services } };
    return { rows, states, findings: new Float64Array(findings), findingEnds, context: own };
  }

  #numberOf(subject: Subject): number {
    return this.#subjects.add(subject.key, () => subject);
  }
}
