import type { SnapshotDocument } from '../snapshot/document/document.js';
import { EntryItem } from './entry_item.js';
import { findingItems } from './finding_item.js';
import type { Item, Socket } from './item.js';
import { socketItems } from './socket_item.js';
import { type Data, type Position, type State, shownData } from './state.js';
import type { Entry } from './timeline.js';
import { sorted, type ViewName } from './view.js';

/** One line of a list: something to select, or a heading over what follows. */
export type ListLine =
  | { readonly kind: 'item'; readonly item: Item }
  | { readonly kind: 'heading'; readonly text: string };

export interface List {
  readonly lines: readonly ListLine[];
  /** How many items there are without filter. */
  readonly total: number;
  readonly shown: number;
  readonly byKey: ReadonlyMap<string, number>;
  readonly byPlace: ReadonlyMap<string, number>;
}

type Items = WeakMap<SnapshotDocument['findings'], WeakMap<SnapshotDocument['sockets'], readonly Item[]>>;

/* By what they are made of, not by the document: most have these from the one before. */
const findings: Items = new WeakMap();
const sockets: Items = new WeakMap();
const entries = new WeakMap<Entry, Item>();

/** Computed once for each key, for as long as somebody has it. */
function once<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make(key);
  known.set(key, made);
  return made;
}

function itemsFrom(document: SnapshotDocument, known: Items, make: (document: SnapshotDocument) => Item[]) {
  const bySockets = once(known, document.findings, () => new WeakMap<SnapshotDocument['sockets'], readonly Item[]>());
  return once(bySockets, document.sockets, () => make(document));
}

const socketsById = new WeakMap<SnapshotDocument['sockets'], ReadonlyMap<string, Socket>>();

/** The listener with an id, if it was there when the tables were read. */
export function socketWith(document: SnapshotDocument | null, id: string): Socket | undefined {
  if (document === null) return undefined;
  const byId = once(socketsById, document.sockets, (sockets) => new Map(sockets.map((socket) => [socket.id, socket])));
  return byId.get(id);
}

/** What a view is about, in the order it comes in. */
export function itemsOf({ document, timeline }: Data, view: ViewName): readonly Item[] {
  switch (view) {
    case 'spec':
      return document === null ? [] : itemsFrom(document, findings, findingItems);
    case 'listeners':
      return document === null ? [] : itemsFrom(document, sockets, socketItems);
    case 'events':
      return timeline.entries.map((entry) => once(entries, entry, (one) => new EntryItem(one)));
  }
}

/** What the first letter of a filter needs, done before it is typed. */
export function prepareFilter(state: State): void {
  for (const item of itemsOf(shownData(state), state.view)) item.haystack();
}

/** What is gone stays at the end of its group for as long as it is marked. */
function withGhosts(items: readonly Item[], data: Data, view: ViewName): readonly Item[] {
  const kind = ({ spec: 'finding', listeners: 'socket', events: 'entry' } as const)[view];
  const ghosts = [...data.marks.values()].flatMap(({ ghost }) => (ghost?.subject.kind === kind ? [ghost] : []));
  return ghosts.length === 0 ? items : [...items, ...ghosts];
}

interface Made {
  readonly from: readonly unknown[];
  readonly list: List;
}

/** The last list of each view: a key press changes the position far more often than the list. */
const made = new Map<ViewName, Made>();

/** The lines of a view as they are filtered and ordered. */
export function listOf(state: State, view: ViewName = state.view): List {
  const data = shownData(state);
  const { sort, reversed } = state.lists[view];
  const { document, timeline } = data;
  const about = view === 'events' ? [timeline] : [document?.findings, document?.sockets];
  const from = [...about, data.marks, sort, reversed, state.filter, state.faultsOnly];
  const last = made.get(view);
  if (last?.from.every((one, at) => one === from[at]) === true) return last.list;
  const list = makeList(state, data, view);
  made.set(view, { from, list });
  return list;
}

function makeList(state: State, data: Data, view: ViewName): List {
  const items = withGhosts(itemsOf(data, view), data, view);
  const words = state.filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const chosen = items.filter(
    (item) =>
      (!state.faultsOnly || item.isFault) &&
      (words.length === 0 || words.every((word) => item.haystack().includes(word))),
  );
  const { sort, reversed } = state.lists[view];
  const inOrder = sorted(view, chosen, { sort, reversed });
  // Headings make sense only where what they stand over is together.
  const lines = sort === 0 && !reversed ? grouped(inOrder) : inOrder.map((item) => ({ kind: 'item' as const, item }));
  const byKey = new Map<string, number>();
  const byPlace = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    if (line.kind === 'heading') continue;
    byKey.set(line.item.key, at);
    if (!byPlace.has(line.item.place)) byPlace.set(line.item.place, at);
  }
  return { lines, total: items.length, shown: chosen.length, byKey, byPlace };
}

function grouped(items: readonly Item[]): ListLine[] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(item.group);
    if (group === undefined) groups.set(item.group, [item]);
    else group.push(item);
  }
  return [...groups].flatMap(([text, members]) => [
    ...(text === '' ? [] : [{ kind: 'heading' as const, text }]),
    ...members.map((item) => ({ kind: 'item' as const, item })),
  ]);
}

/** The item on a line; null for a heading and beyond the end. */
export function itemAt({ lines }: List, at: number): Item | null {
  const line = lines[at];
  return line?.kind === 'item' ? line.item : null;
}

/** The nearest item to a line, first in the direction given. */
function nearest(list: List, at: number, direction: 1 | -1): number | null {
  const last = list.lines.length - 1;
  const start = Math.min(Math.max(at, 0), last);
  for (const step of [direction, -direction]) {
    for (let line = start; line >= 0 && line <= last; line += step) if (itemAt(list, line) !== null) return line;
  }
  return null;
}

/** The position on a line, or on the nearest item to it, with the screen moved no further than is needed. */
export function moveTo(list: List, position: Position, at: number, direction: 1 | -1, height: number): Position {
  const found = nearest(list, at, direction);
  const item = found === null ? null : itemAt(list, found);
  if (found === null || item === null) return { key: null, place: null, at: 0, top: 0 };
  return { key: item.key, place: item.place, at: found, top: scrolled(list, position.top, found, height) };
}

function scrolled(list: List, top: number, at: number, height: number): number {
  // The heading over the first item comes into sight with it.
  const first = itemAt(list, at - 1) === null && at > 0 ? at - 1 : at;
  const room = Math.max(1, height);
  const within = Math.min(Math.max(top, at - room + 1), first);
  return Math.max(0, Math.min(within, list.lines.length - room));
}

/**
 * The position in a list that has become another one: with the thing that was selected, where it is now, on the same line
 * of the screen; else with what has come in its place; else where the cursor was.
 */
export function settled(list: List, position: Position, height: number): Position {
  const { key, place, at, top } = position;
  const found =
    (key === null ? undefined : list.byKey.get(key)) ?? (place === null ? undefined : list.byPlace.get(place));
  if (found === undefined) return moveTo(list, position, at, 1, height);
  return moveTo(list, { ...position, top: top + found - at }, found, 1, height);
}
