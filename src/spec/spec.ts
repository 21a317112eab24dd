import type { Notes } from './notes.js';
import type { Page } from './rows.js';

/** A page with the notes that apply to it: all that a node is compared with. */
export interface Spec extends Page {
  /** `builtin:canonical-k8s`, or the path of the page. */
  readonly source: string;
  /** Of the page's bytes, hex. */
  readonly sha256: string;
  readonly notes: Notes;
}
