import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Finding } from '../verdict/finding.js';
import type { Glyphs } from './glyphs.js';
import type { Style } from './line.js';
import type { Entry } from './timeline.js';

export type Socket = SnapshotDocument['sockets'][number];

/** What a line stands for. */
export type Subject =
  | { readonly kind: 'finding'; readonly finding: Finding; readonly sockets: readonly Socket[] }
  | { readonly kind: 'socket'; readonly socket: Socket }
  | { readonly kind: 'entry'; readonly entry: Entry };

export interface Cell {
  /** Any text: it is made fit for the screen where it is put into its column. */
  readonly text: string;
  readonly style: Style;
}

export interface CellContext {
  /** Milliseconds since the epoch, at which the screen shows the node. */
  readonly now: number;
  readonly glyphs: Glyphs;
}

/** Something that can be selected: a row of the page, a listener, an event. */
export interface Item {
  /** Stays the same for as long as the thing does. */
  readonly key: string;
  /** Stays the same where the thing comes back as another one: a listener of a restarted service. */
  readonly place: string;
  /** Heading it stands under. */
  readonly group: string;
  /** Worth attention: what "faults only" leaves. */
  readonly isFault: boolean;
  /** Differs where the thing is another than before in a way that a person should see. */
  readonly signature: string;
  readonly subject: Subject;
  cell(column: string, context: CellContext): Cell;
  /** What lines are sorted by. */
  rank(column: string): number | string;
  /** What a filter looks into, in lower case. */
  haystack(): string;
}
