import type { Agreement } from '../../fleet/matrix.js';
import type { Section } from '../../fleet/row.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { Result } from '../../snapshot/document/document.js';
import type { NodeRole } from '../../verdict/applied_row.js';

/** What the page embeds, as JSON: matrices as in src/fleet/, with plain lists for what is typed arrays and sets there. */
export interface PageData {
  readonly parts: readonly string[];
  readonly matrices: readonly PageMatrix[];
}

export interface PageMatrix {
  readonly title: string;
  readonly rows: readonly PageRow[];
  readonly nodes: readonly PageNode[];
}

export interface PageRow {
  readonly number: number;
  readonly section: Section;
  readonly service: string;
  readonly place: string;
  readonly protocol: Protocol;
  readonly agreement: Readonly<Record<NodeRole, Agreement>>;
  readonly ownerlessTwins: readonly number[];
}

export interface PageNode {
  readonly label: string;
  readonly role: NodeRole;
  readonly roleSource: string;
  readonly capturedAt: string;
  readonly source: string;
  readonly result: Result;
  readonly gaps: readonly string[];
  readonly blind: readonly Protocol[];
  readonly column: PageColumn;
}

/**
 * `fillingsFrom` follows from the texts. Row numbers are differences to the one before: most are 1. A filling is a number that
 * stands in the text, or below zero: -1 less the number of a part.
 */
export interface PageColumn {
  readonly rows: readonly number[];
  readonly states: readonly number[];
  readonly matchedBy: readonly number[];
  readonly messages: readonly number[];
  readonly reasons: readonly number[];
  readonly fillings: readonly number[];
}
