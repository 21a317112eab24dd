import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type ReducedNode, reduced, reduceFindings } from './reduce.js';
import type { Subject } from './row.js';
import { Subjects } from './subjects.js';
import { TextTable } from './texts.js';

/** One snapshot, reduced apart from the matrix that it is meant for. Plain data, fit to be posted to another thread. */
export interface Share {
  readonly page: SnapshotDocument['spec'];
  /** Its column has the numbers of its reducer. */
  readonly node: ReducedNode;
  /** Subjects that no share before had; their numbers go on from there. */
  readonly subjects: readonly Subject[];
  /** The same of the parts of texts. */
  readonly parts: readonly string[];
}

/** Reduces snapshots that were judged by one page, one after the other. What nodes have in common is told with the first only. */
export class Reducer {
  readonly #subjects = new Subjects();
  readonly #texts = new TextTable();

  reduce(source: string, document: SnapshotDocument): Share {
    const subjects = this.#subjects.all.length;
    const parts = this.#texts.parts.length;
    const column = reduceFindings(document, (one) => this.#subjects.number(one), this.#texts);
    return {
      page: document.spec,
      node: reduced(source, document, column),
      subjects: this.#subjects.all.slice(subjects),
      parts: this.#texts.parts.slice(parts),
    };
  }
}
