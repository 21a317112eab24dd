import type { ProcessOwner } from '../kernel/owners/owner.js';
import type { ProcessOrigin } from '../kernel/owners/process_origin.js';
import type { Started } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { ReadingStep } from '../snapshot/document/read_snapshot.js';
import type { CopyMenu } from './copy_menu.js';
import type { Glyphs } from './glyphs.js';
import type { Item } from './item.js';
import { type Marks, NO_MARKS } from './marks.js';
import type { Prompt } from './prompt.js';
import { EMPTY_TIMELINE, type Timeline } from './timeline.js';
import { type SortOrder, type ViewName, WORST_FIRST } from './view.js';

/** Where the data on the screen comes from. */
export type Source =
  | { readonly kind: 'live' }
  /** A snapshot file, and the step that reading a large one has reached. */
  | {
      readonly kind: 'recording';
      readonly file: string;
      readonly reading?: { readonly bytes: number; readonly step: ReadingStep };
    };

/** A key with a meaning of the caller's own, such as the demo's faults. */
export interface ActionLabel {
  readonly key: string;
  readonly label: string;
}

/** What is known about the node. */
export interface Data {
  /** With what listeners answered to `a`. null until the first snapshot. */
  readonly document: SnapshotDocument | null;
  /** The snapshot in which they answered; null: they were not probed. */
  readonly probed: SnapshotDocument | null;
  readonly started: Started | null;
  readonly timeline: Timeline;
  readonly marks: Marks;
}

/** Cursor and scroll position of a list. The cursor follows the selected item when its line number changes. */
export interface Position {
  /** `Item.key` of the selected item. */
  readonly key: string | null;
  /** `Item.endpoint` of the selected item. */
  readonly endpoint: string | null;
  /** Index of the selected line; headings count. */
  readonly line: number;
  /** Index of the first visible line. */
  readonly top: number;
}

export interface Pause {
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The data that stays on the screen. */
  readonly data: Data;
}

export interface ListState extends Position, SortOrder {
  /** Of the columns that move, how many are scrolled out to the left. */
  readonly shift: number;
}

export interface Details {
  readonly item: Item;
  /** The item no longer exists; its last state is shown. */
  readonly removed: boolean;
  readonly scroll: number;
}

/** What was shown when `e` was pressed. */
export type Back = Pick<State, 'view' | 'filter' | 'faultsOnly' | 'details'>;

export interface Message {
  readonly text: string;
  readonly isError: boolean;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What was read of a process when its details were opened. */
export interface ProcessDetails extends ProcessOrigin {
  /** Name of the user in /etc/passwd of the node; null: it has none, or the process is in a container. */
  readonly user: string | null;
}

/** By `processKey`. */
export type ProcessesRead = ReadonlyMap<string, ProcessDetails>;

export function processKey({ pid, startedAt }: ProcessOwner): string {
  return `${pid} ${startedAt}`;
}

/** Everything the screen shows, as plain data. */
export interface State {
  readonly source: Source;
  readonly glyphs: Glyphs;
  readonly actions: readonly ActionLabel[];
  readonly size: { readonly width: number; readonly height: number };
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Always current, even while the screen is paused. */
  readonly data: Data;
  readonly paused: Pause | null;
  readonly view: ViewName;
  readonly lists: Readonly<Record<ViewName, ListState>>;
  readonly filter: string;
  /** Where the events of one line were asked for; null: the filter is the user's. */
  readonly back: Back | null;
  /** What is being typed: a filter, which applies at once, or where to go. */
  readonly prompt: Prompt | null;
  /** What `c` offers. */
  readonly copying: CopyMenu | null;
  /** Mouse events are ours; otherwise the terminal selects text. */
  readonly hasMouse: boolean;
  /** `Item.key` of lines that stay at the top. */
  readonly pinned: ReadonlySet<string>;
  readonly faultsOnly: boolean;
  /** `Timeline.nextId` when the events were last looked at. */
  readonly seenEvents: number;
  readonly details: Details | null;
  readonly processes: ProcessesRead;
  /** First visible line of the help screen; null: closed. */
  readonly help: number | null;
  /** What cannot be seen; shown at the start, and by i, until the next key. */
  readonly notice: string | null;
  readonly message: Message | null;
}

/** No item is selected: the cursor stays on the first line, whatever item that is. */
export const FIRST_LINE: Position = { key: null, endpoint: null, line: 0, top: 0 };

const START: ListState = { ...FIRST_LINE, sort: 0, reversed: false, shift: 0 };

export function initialState(options: Pick<State, 'source' | 'glyphs' | 'size' | 'now' | 'actions'>): State {
  return {
    ...options,
    data: { document: null, probed: null, started: null, timeline: EMPTY_TIMELINE, marks: NO_MARKS },
    paused: null,
    view: 'page',
    lists: { page: { ...START, sort: WORST_FIRST }, listeners: START, events: START },
    filter: '',
    back: null,
    prompt: null,
    copying: null,
    hasMouse: true,
    pinned: new Set(),
    faultsOnly: false,
    seenEvents: EMPTY_TIMELINE.nextId,
    details: null,
    help: null,
    notice: null,
    message: null,
    processes: new Map(),
  };
}

export function shownData(state: State): Data {
  return state.paused?.data ?? state.data;
}

/** Whether an item is no longer there; it is shown until its mark expires. */
export function isGone(state: State, { key }: Item): boolean {
  return shownData(state).marks.get(key)?.kind === 'removed';
}

/** What ages are relative to: in a recording, the time of the snapshot; during a pause, its start. */
export function shownTime(state: State): number {
  const { document } = shownData(state);
  if (state.source.kind === 'recording' && document !== null) return Date.parse(document.capturedAt);
  return state.paused?.since ?? state.now;
}

/** New lines of the events view that the pause hides. */
export function eventsWaiting({ paused, data }: State): number {
  return paused === null ? 0 : data.timeline.entries.filter(({ id }) => id >= paused.data.timeline.nextId).length;
}

export function withList(state: State, view: ViewName, changes: Partial<ListState>): State {
  return { ...state, lists: { ...state.lists, [view]: { ...state.lists[view], ...changes } } };
}
