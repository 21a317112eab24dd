import type { Item } from './item.js';

export type ViewName = 'spec' | 'listeners' | 'events';

export const VIEWS: readonly ViewName[] = ['spec', 'listeners', 'events'];

export interface Column {
  readonly name: string;
  readonly title: string;
  /** Narrower it says nothing. */
  readonly min: number;
  /** Wider it says no more. */
  readonly max: number;
  /** The lower, the sooner it gets room where there is not enough for all. */
  readonly priority: number;
  readonly align?: 'right';
}

export interface View {
  readonly title: string;
  readonly columns: readonly Column[];
  /** What lines can be sorted by: names of columns or of ranks. The first is the order things come in. */
  readonly sorts: readonly string[];
}

const ORDER = 'order';

export const VIEW: Readonly<Record<ViewName, View>> = {
  spec: {
    title: 'Spec',
    columns: [
      { name: 'verdict', title: 'VERDICT', min: 16, max: 16, priority: 1 },
      { name: 'service', title: 'SERVICE', min: 15, max: 24, priority: 2 },
      { name: 'page', title: 'PAGE', min: 15, max: 32, priority: 3 },
      { name: 'node', title: 'NODE', min: 15, max: 44, priority: 4 },
      { name: 'owner', title: 'OWNER', min: 10, max: 60, priority: 5 },
      { name: 'queue', title: 'QUEUE', min: 9, max: 11, priority: 7, align: 'right' },
      { name: 'up', title: 'UP', min: 4, max: 4, priority: 6, align: 'right' },
    ],
    sorts: [ORDER, 'verdict', 'service', 'page', 'node', 'owner', 'queue', 'up'],
  },
  listeners: {
    title: 'Listeners',
    columns: [
      { name: 'protocol', title: 'PROT', min: 4, max: 4, priority: 1 },
      { name: 'address', title: 'ADDRESS', min: 22, max: 56, priority: 2 },
      { name: 'owner', title: 'OWNER', min: 20, max: 36, priority: 3 },
      { name: 'explained', title: 'EXPLAINED BY', min: 20, max: 70, priority: 4 },
      { name: 'up', title: 'UP', min: 4, max: 4, priority: 5, align: 'right' },
      { name: 'queue', title: 'QUEUE', min: 9, max: 11, priority: 6, align: 'right' },
      { name: 'reach', title: 'REACH', min: 11, max: 11, priority: 8 },
      // Units and pods begin alike and differ in the middle or at the end: whole, or in the details.
      { name: 'unit', title: 'UNIT', min: 31, max: 40, priority: 7 },
      { name: 'pod', title: 'POD', min: 36, max: 36, priority: 9 },
    ],
    sorts: [ORDER, 'protocol', 'address', 'port', 'owner', 'explained', 'up', 'queue', 'reach', 'unit', 'pod'],
  },
  events: {
    title: 'Events',
    columns: [
      { name: 'time', title: 'TIME', min: 8, max: 8, priority: 1 },
      { name: 'event', title: 'EVENT', min: 14, max: 17, priority: 2 },
      { name: 'place', title: 'WHERE', min: 21, max: 44, priority: 3 },
      { name: 'what', title: 'WHAT', min: 20, max: 400, priority: 4 },
    ],
    sorts: [ORDER, 'event', 'place'],
  },
};

/** Names of the orders as the status line has them. */
export function sortTitle(view: ViewName, sort: number): string {
  const name = VIEW[view].sorts[sort] ?? ORDER;
  if (name === 'verdict') return 'worst first';
  if (name === 'page') return 'port';
  if (name !== ORDER) return name;
  return { spec: 'page order', listeners: 'protocol and port', events: 'newest first' }[view];
}

export interface PlacedColumn extends Column {
  readonly left: number;
  readonly width: number;
}

const GAP = 1;

/** Which columns fit into a width, and where: the least important are left out first, the rest share what is left over. */
export function placeColumns(columns: readonly Column[], width: number): PlacedColumn[] {
  let used = -GAP;
  const chosen = new Set<Column>();
  for (const column of columns.toSorted((a, b) => a.priority - b.priority)) {
    if (used + GAP + column.min > width) break;
    chosen.add(column);
    used += GAP + column.min;
  }
  const shown = columns.filter((column) => chosen.has(column));
  const widths = grow(shown, width - used);
  let left = 0;
  return shown.map((column, at) => {
    const placed = { ...column, left, width: widths[at] ?? column.min };
    left += placed.width + GAP;
    return placed;
  });
}

/** Shares columns of room out: each gets as much as it can use, in proportion to what it can use. */
function grow(columns: readonly Column[], room: number): number[] {
  const wanted = columns.reduce((sum, { min, max }) => sum + max - min, 0);
  const share = wanted === 0 ? 0 : Math.min(1, room / wanted);
  return columns.map(({ min, max }) => min + Math.floor((max - min) * share));
}

/** How a list is ordered. */
export interface Order {
  readonly sort: number;
  readonly reversed: boolean;
}

/** Items in an order; those that rank alike stay as they were. */
export function sorted(view: ViewName, items: readonly Item[], { sort, reversed }: Order): readonly Item[] {
  const name = VIEW[view].sorts[sort] ?? ORDER;
  if (name === ORDER) return reversed ? items.toReversed() : items;
  const ranked = items.map((item) => ({ item, rank: item.rank(name) }));
  ranked.sort((a, b) => compare(a.rank, b.rank));
  const inOrder = ranked.map(({ item }) => item);
  return reversed ? inOrder.reverse() : inOrder;
}

function compare(a: number | string, b: number | string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
