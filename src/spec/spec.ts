import type { Notes } from './notes.js';
import type { Page } from './rows.js';

/** A built-in page. */
export interface BuiltinPage extends Page {
  /** The releases of Canonical Kubernetes that it is about, oldest first: `1.34`. */
  readonly releases: readonly string[];
  readonly sha256: string;
}

/** A page and its notes: what nodes are compared with. */
export interface Spec extends Page {
  /** `builtin:canonical-k8s`, or the path of the page. */
  readonly source: string;
  /** Of the page, in hex. */
  readonly sha256: string;
  /** The release of Canonical Kubernetes that a built-in page is about, such as `1.36`; null: a page of one's own. */
  readonly release: string | null;
  /** Whether the release of the node chooses among the built-in pages; false: the page was asked for. */
  readonly isByRelease: boolean;
  readonly notes: Notes;
  /** The built-in pages, oldest first. */
  readonly builtin: readonly BuiltinPage[];
}
