import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Started } from '../watch/changes/change.js';
import type { Item } from './item.js';
import { type Marks, NO_MARKS } from './marks.js';
import { EMPTY_TIMELINE, type Timeline } from './timeline.js';
import type { Order, ViewName } from './view.js';

/** Where the node that is shown comes from. */
export type Source =
  | { readonly kind: 'live' }
  /** A snapshot out of a file. */
  | { readonly kind: 'recording'; readonly file: string };

/** Further things that can be done with a key, beside those every screen has. */
export interface ActionLabel {
  readonly key: string;
  readonly label: string;
}

/** What is known of the node. */
export interface Data {
  /** null until it was looked at for the first time. */
  readonly document: SnapshotDocument | null;
  readonly started: Started | null;
  readonly timeline: Timeline;
  readonly marks: Marks;
}

/** Where a person is in a list. The thing that is selected counts, not the number of its line. */
export interface Position {
  readonly key: string | null;
  readonly place: string | null;
  /** Index among the lines, headings included. */
  readonly at: number;
  /** First line on the screen. */
  readonly top: number;
}

export interface ListState extends Position, Order {}

export interface Detail {
  readonly item: Item;
  /** It is there no more; what is shown is how it was last seen. */
  readonly gone: boolean;
  readonly scroll: number;
}

export interface Message {
  readonly text: string;
  readonly isError: boolean;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** All that the screen is made of. Plain data: two equal states look the same. */
export interface State {
  readonly source: Source;
  readonly actions: readonly ActionLabel[];
  readonly size: { readonly width: number; readonly height: number };
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The newest there is. */
  readonly data: Data;
  /** While paused: what there was then, which is shown. */
  readonly paused: Data | null;
  readonly view: ViewName;
  readonly lists: Readonly<Record<ViewName, ListState>>;
  readonly filter: string;
  /** A filter is being typed. */
  readonly typing: boolean;
  readonly faultsOnly: boolean;
  readonly detail: Detail | null;
  /** Line of the help that is on top; null: no help is shown. */
  readonly help: number | null;
  /** Told once, until a key is pressed. */
  readonly notice: string | null;
  readonly message: Message | null;
}

const START: ListState = { key: null, place: null, at: 0, top: 0, sort: 0, reversed: false };

export function initialState(
  source: Source,
  size: State['size'],
  now: number,
  actions: readonly ActionLabel[] = [],
): State {
  return {
    source,
    actions,
    size,
    now,
    data: { document: null, started: null, timeline: EMPTY_TIMELINE, marks: NO_MARKS },
    paused: null,
    view: 'spec',
    lists: { spec: START, listeners: START, events: START },
    filter: '',
    typing: false,
    faultsOnly: false,
    detail: null,
    help: null,
    notice: null,
    message: null,
  };
}

/** What the screen shows of the node. */
export function shownData(state: State): Data {
  return state.paused ?? state.data;
}
