import type { Notes } from './notes.js';
import type { Page } from './rows.js';

/** A page and its notes: what nodes are compared with. */
export interface Spec extends Page {
  /** `builtin:canonical-k8s`, or the path of the page. */
  readonly source: string;
  /** Of the page, in hex. */
  readonly sha256: string;
  readonly notes: Notes;
}
