import type { Protocol } from '../kernel/sockets/listener.js';
import type { Result } from '../snapshot/document/document.js';
import type { NodeRole } from '../verdict/applied_row.js';
import type { Column } from './column.js';
import type { StateCode } from './state.js';
import type { Section, Subject } from './subject.js';

/**
 * How the nodes of one role compare on a row, not counting those whose state is unknown: `alike`, the state of the majority, or
 * `split` if no state is that of more than half of them.
 */
export type Agreement = 'alike' | 'split' | StateCode;

/** One snapshot, reduced to what a matrix shows of it. All text is safe on a terminal. */
export interface FleetNode {
  /** Unique; see `labelsOf`. */
  readonly label: string;
  readonly hostname: string;
  /** The key of the pseudonyms that its names are; null: it is not redacted. */
  readonly pseudonyms: string | null;
  /** Of its TCP listeners, which are not redacted; null: too little is known of them to tell it by. */
  readonly socketsId: string | null;
  /** Empty: unknown. */
  readonly addresses: readonly string[];
  /** The file it was read from. */
  readonly source: string;
  /** Whether it may be in a cluster: not without Canonical Kubernetes, or before it is bootstrapped. */
  readonly isInCluster: boolean;
  /** Of the built-in page that it was compared with; null: a page of one's own. */
  readonly release: string | null;
  readonly role: NodeRole;
  readonly roleSource: string;
  readonly capturedAt: string;
  readonly result: Result;
  /** Sources that were not read completely, one line each. */
  readonly gaps: readonly string[];
  /** Protocols whose socket table was not read completely. */
  readonly unreadProtocols: ReadonlySet<Protocol>;
  /** Why it is no node of a cluster, and what there is to say of the page that it was compared with, in sentences. */
  readonly remarks: readonly string[];
  readonly column: Column;
}

/** A row of a matrix. */
export interface MatrixRow extends Subject {
  /** Identifies the row in columns. */
  readonly number: number;
  readonly section: Section;
  readonly agreement: Readonly<Record<NodeRole, Agreement>>;
  /** For a listener with a known owner: rows of the same port with unknown owners, which may be the same listener. */
  readonly unknownOwnerRows: readonly number[];
  /** The reverse: for a listener with an unknown owner, rows of the same port with known owners. */
  readonly knownOwnerRows: readonly number[];
}

/** The page and notes that nodes were compared with. */
export interface MatrixPage {
  readonly title: string;
  readonly source: string;
  /** Those of the built-in pages, oldest first; a row is on the page of at least one. Empty: it is not built in. */
  readonly releases: readonly string[];
  /** Of the newest of them. */
  readonly sha256: string;
  readonly notes: readonly string[];
}

/** Nodes that were compared with the same page and notes, or the built-in pages of their releases; only they have rows in common. */
export interface Matrix {
  readonly page: MatrixPage;
  readonly rows: readonly MatrixRow[];
  /** By role, then by label. */
  readonly nodes: readonly FleetNode[];
}
