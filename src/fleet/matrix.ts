import type { Protocol } from '../kernel/sockets/listener.js';
import type { Result } from '../snapshot/document/document.js';
import type { NodeRole } from '../verdict/applied_row.js';
import type { Column } from './column.js';
import type { Section, Subject } from './row.js';
import type { StateCode } from './state.js';

/**
 * How the nodes of one role compare on a row, those left out of which nothing can be said: `alike`, `split` where no state
 * is that of more than half of them (two nodes that differ, for one), or else the state of the majority.
 */
export type Agreement = 'alike' | 'split' | StateCode;

/** One snapshot, reduced to what a matrix shows of it. Texts are safe on a terminal. */
export interface FleetNode {
  /** Unlike that of every other node; see `labelsOf`. */
  readonly label: string;
  readonly hostname: string;
  /** Equal for snapshots of one machine: host name and addresses. */
  readonly identity: string;
  /** The file it was read from. */
  readonly source: string;
  readonly role: NodeRole;
  readonly roleSource: string;
  readonly capturedAt: string;
  readonly result: Result;
  /** What could not be looked at, one line a source. */
  readonly gaps: readonly string[];
  /** Protocols whose table was not read completely. */
  readonly blind: ReadonlySet<Protocol>;
  readonly column: Column;
}

/** A row of a matrix. */
export interface MatrixRow extends Subject {
  /** By which columns know it. */
  readonly number: number;
  readonly section: Section;
  readonly agreement: Readonly<Record<NodeRole, Agreement>>;
  /** Rows of listeners on the same port whose holder could not be seen: it may be this one. */
  readonly ownerlessTwins: readonly number[];
  /** The other way round. */
  readonly namedTwins: readonly number[];
}

/** What nodes were compared with. */
export interface JudgedBy {
  readonly title: string;
  readonly source: string;
  readonly sha256: string;
  readonly notes: readonly string[];
}

/** Nodes that were judged by the same page and notes; only they have rows in common. */
export interface Matrix {
  readonly page: JudgedBy;
  readonly rows: readonly MatrixRow[];
  /** By role, then by label. */
  readonly nodes: readonly FleetNode[];
}
