import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Claim } from '../verdict/claim.js';
import type { Finding, Severity, Verdict } from '../verdict/finding.js';
import type { Glyphs } from './glyphs.js';
import type { Style } from './line.js';
import type { Search } from './search.js';
import type { Timeline, TimelineEntry } from './timeline.js';

export type Socket = SnapshotDocument['sockets'][number];

export type Subject =
  | {
      readonly kind: 'finding';
      readonly finding: Finding;
      readonly sockets: readonly Socket[];
      /** Of a service that runs, but does not listen there: the sockets that show it. */
      readonly others: readonly OwnedListener[];
      /** What the page claims of its listeners, where they were probed. */
      readonly claims: readonly Claim[];
    }
  /** With the fault in it, if there is one. */
  | { readonly kind: 'socket'; readonly socket: Socket; readonly fault: Finding | null }
  | { readonly kind: 'event'; readonly entry: TimelineEntry };

export interface Cell {
  /** May hold anything; it is escaped and cut when it is put into its column. */
  readonly text: string;
  /** What is shown where there is no room for the text: half of a unit's name is of no use. */
  readonly brief?: string;
  readonly style: Style;
}

export interface CellContext {
  /** What ages are relative to, milliseconds since the epoch. */
  readonly now: number;
  readonly glyphs: Glyphs;
  /** It knows who had the address of a row that is missing. */
  readonly timeline: Timeline;
}

/** A line of a list that can be selected: a finding, a listener or an event. */
export interface Item {
  /** Identifies it for as long as it exists. */
  readonly key: string;
  /** Equal for an item that replaces another one, such as a listener of a restarted service. */
  readonly endpoint: string;
  /** Heading it belongs under; empty: none. */
  readonly group: string;
  /** Of an event: the verdict that it led to. */
  readonly verdict: Verdict | null;
  readonly severity: Severity;
  /** Shown by "faults only". */
  readonly isFault: boolean;
  /** Differs after a change that should be marked. */
  readonly signature: string;
  readonly subject: Subject;
  cell(column: string, context: CellContext): Cell;
  sortKey(column: string): number | string;
  /** Whether it is in any of its texts. */
  matches(search: Search): boolean;
}
