import type { CoverageFault } from '../base/coverage_codes.js';

/** The text of a file of the node. */
export type FileText =
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly fault: CoverageFault };

/** A file, and its path on the node. */
export interface NodeFile {
  readonly path: string;
  readonly file: FileText;
}
