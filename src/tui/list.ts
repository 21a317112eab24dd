import { Memo } from '../base/memo.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { EventItem } from './event_item.js';
import { matcherOf } from './filter.js';
import { findingItems } from './finding_item.js';
import type { Item, Socket } from './item.js';
import { socketItems } from './socket_item.js';
import { type Data, type State, shownData } from './state.js';
import type { TimelineEntry } from './timeline.js';
import { sortItems, type ViewName } from './view.js';

/** An item or the text of a heading. */
export type ListLine = Item | string;

/** The lines of a view, filtered and sorted. */
export interface List {
  readonly lines: readonly ListLine[];
  /** Number of items without the filter. */
  readonly total: number;
  /** Of them those in `lines`: the pinned ones, and those that the filter lets through. */
  readonly shown: number;
  /** Pinned ones, which come first, whether the filter lets them through or not. */
  readonly pinned: number;
}

type Claims = NonNullable<SnapshotDocument['claims']>;
type BySockets = WeakMap<SnapshotDocument['sockets'], WeakMap<Claims, readonly Item[]>>;
type ItemCache = WeakMap<SnapshotDocument['findings'], BySockets>;

const NO_CLAIMS: Claims = [];

/* Most snapshots share findings, sockets and claims with the one before, so these are the keys and not the document. */
const findingCache: ItemCache = new WeakMap();
const socketCache: ItemCache = new WeakMap();
const socketsById = new WeakMap<SnapshotDocument['sockets'], ReadonlyMap<string, Socket>>();
const eventCache = new WeakMap<TimelineEntry, Item>();

function cached<Key extends object, Value>(cache: WeakMap<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  cache.set(key, made);
  return made;
}

function cachedItems(document: SnapshotDocument | null, cache: ItemCache, make: (from: SnapshotDocument) => Item[]) {
  if (document === null) return [];
  const bySockets: BySockets = cached(cache, document.findings, () => new WeakMap());
  const byClaims = cached(bySockets, document.sockets, () => new WeakMap<Claims, readonly Item[]>());
  return cached(byClaims, document.claims ?? NO_CLAIMS, () => make(document));
}

export function socketWith(document: SnapshotDocument | null, id: string): Socket | undefined {
  if (document === null) return undefined;
  return cached(socketsById, document.sockets, (all) => new Map(all.map((socket) => [socket.id, socket]))).get(id);
}

/** All items of a view in their original order. */
export function itemsOf({ document, timeline }: Data, view: ViewName): readonly Item[] {
  switch (view) {
    case 'page':
      return cachedItems(document, findingCache, findingItems);
    case 'listeners':
      return cachedItems(document, socketCache, socketItems);
    case 'events':
      return timeline.entries.map((entry) => cached(eventCache, entry, (one) => new EventItem(one)));
  }
}

/** Adds the removed items: they stay at the end of their group until their marks expire. */
function withRemoved(items: readonly Item[], { marks }: Data, view: ViewName): readonly Item[] {
  const kind = ({ page: 'finding', listeners: 'socket', events: 'event' } as const)[view];
  const removed = [...marks.values()].flatMap((mark) =>
    mark.kind === 'removed' && mark.item.subject.kind === kind ? [mark.item] : [],
  );
  return removed.length === 0 ? items : [...items, ...removed];
}

/** The last list of each view: most keys move the cursor and leave the list as it is. */
const lastLists = new Memo();

export function listOf(state: State): List {
  const { view, filter, faultsOnly } = state;
  const pinned = pinnedIn(state);
  const data = shownData(state);
  const { sort, reversed } = state.lists[view];
  const { document, timeline } = data;
  const subjects = view === 'events' ? [timeline] : [document?.findings, document?.sockets, document?.claims];
  const inputs = [...subjects, data.marks, sort, reversed, filter, isTyping(state), faultsOnly, pinned];
  return lastLists.memoize(view, inputs, () => makeList(state, data));
}

/** Whether the filter may go on. */
function isTyping({ filter, prompt }: State): boolean {
  return filter !== '' && prompt?.kind === 'filter';
}

const NONE: ReadonlySet<string> = new Set();

/** Other lines are not among the events of one. */
function pinnedIn({ back, pinned }: State): ReadonlySet<string> {
  return back === null ? pinned : NONE;
}

function makeList(state: State, data: Data): List {
  const { view, lists, filter, faultsOnly } = state;
  const pinned = pinnedIn(state);
  const items = withRemoved(itemsOf(data, view), data, view);
  const matches = matcherOf(filter, isTyping(state));
  const isPinned = (item: Item): boolean => pinned.size > 0 && pinned.has(item.key);
  const chosen = items.filter((item) => ((!faultsOnly || item.isFault) && matches(item)) || isPinned(item));
  const { sort, reversed } = lists[view];
  const sorted = sortItems(view, chosen, { sort, reversed });
  const top = pinned.size === 0 ? [] : sorted.filter(isPinned);
  const rest = top.length === 0 ? sorted : sorted.filter((item) => !isPinned(item));
  // Only the original order keeps groups together.
  const lines = [...top, ...(sort === 0 && !reversed ? grouped(rest) : rest)];
  return { lines, total: items.length, shown: chosen.length, pinned: top.length };
}

function grouped(items: readonly Item[]): ListLine[] {
  const groups = new Map<string, Item[]>();
  let [last, members]: [string | null, Item[]] = [null, []];
  for (const item of items) {
    // Those of one group mostly follow each other.
    if (item.group !== last) {
      last = item.group;
      members = groups.get(last) ?? [];
      groups.set(last, members);
    }
    members.push(item);
  }
  return [...groups].flatMap(([heading, lines]) => (heading === '' ? lines : [heading, ...lines]));
}

/** Line of the first item that is wanted, most likely at `near`; null: there is none. */
export function lineOf({ lines }: List, near: number, isWanted: (item: Item) => boolean): number | null {
  const isAt = (line: ListLine | undefined): boolean => typeof line === 'object' && isWanted(line);
  if (isAt(lines[near])) return near;
  const found = lines.findIndex(isAt);
  return found < 0 ? null : found;
}

/** null for a heading, and past the end. */
export function itemAt({ lines }: List, at: number): Item | null {
  const line = lines[at];
  return typeof line === 'object' ? line : null;
}
