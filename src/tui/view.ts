import type { Item } from './item.js';
import { truncate, truncateMiddle } from './text.js';

export type ViewName = 'page' | 'listeners' | 'events';

export const VIEW_NAMES: readonly ViewName[] = ['page', 'listeners', 'events'];

export interface Column {
  readonly name: string;
  readonly title: string;
  /** Below this it says too little. */
  readonly minWidth: number;
  /** It may be this narrow where other columns have long ports. */
  readonly leastWidth?: number;
  /** What it has before numbers get any room, unless its texts need less. */
  readonly usualWidth: number;
  /** As wide as its texts; no wider than usual; or all that is left, since its texts are long and change all the time. */
  readonly sizing: 'texts' | 'fixed' | 'rest';
  /** Its share of what is left, where that is not enough for all texts. */
  readonly weight: number;
  /** If not all columns fit, those with the highest numbers are left out. */
  readonly priority: number;
  readonly align?: 'right';
  /** It is shown only where the columns before it have their usual widths: what short texts leave is for other texts. */
  readonly isExtra?: true;
  /** Where its texts are cut. */
  readonly cut: typeof truncate;
}

export interface View {
  readonly title: string;
  readonly columns: readonly Column[];
  /** What `Item.sortKey` takes; the first stands for the original order. */
  readonly sortKeys: readonly string[];
}

const ORIGINAL = 'original';

export const VIEWS: Readonly<Record<ViewName, View>> = {
  page: {
    title: 'Page',
    columns: [
      { ...column('verdict', 'VERDICT', 16, 1), minWidth: 13 },
      { ...column('service', 'SERVICE', 15, 2), minWidth: 10, weight: 2 },
      { ...place('expected', 'EXPECTED', 15, 3), minWidth: 10, weight: 3 },
      { ...place('actual', 'ACTUAL', 15, 4), minWidth: 10, weight: 3 },
      // Wide enough for a PID and the longest name of a service; in a narrow list, it gives way to the ports.
      { ...column('owner', 'OWNER', 24, 5), minWidth: 12, leastWidth: 8, weight: 3 },
      fixed('queue', 'QUEUE', 9, 7, 'right'),
      fixed('up', 'UP', 4, 6, 'right'),
    ],
    sortKeys: [ORIGINAL, 'verdict', 'service', 'expected', 'actual', 'owner', 'queue', 'up'],
  },
  listeners: {
    title: 'Listeners',
    columns: [
      fixed('protocol', 'PROT', 5, 1),
      // Any IPv4 address with its port is whole.
      { ...place('address', 'ADDRESS', 22, 2), minWidth: 21 },
      { ...column('owner', 'OWNER', 20, 3), minWidth: 14 },
      { ...column('explained', 'EXPLAINED BY', 20, 4), minWidth: 14 },
      fixed('up', 'UP', 4, 5, 'right'),
      fixed('queue', 'QUEUE', 9, 6, 'right'),
      fixed('reach', 'REACH', 11, 8),
      // Names of units and pods differ in the middle or at the end: cut, they would be of no use.
      { ...column('unit', 'UNIT', 31, 7), isExtra: true },
      { ...column('pod', 'POD', 36, 9), isExtra: true },
    ],
    sortKeys: [ORIGINAL, 'protocol', 'address', 'port', 'owner', 'explained', 'up', 'queue', 'reach', 'unit', 'pod'],
  },
  events: {
    title: 'Events',
    columns: [
      fixed('time', 'TIME', 8, 1),
      { ...fixed('event', 'EVENT', 15, 2), minWidth: 11 },
      { ...place('endpoint', 'WHERE', 21, 3), minWidth: 14 },
      { ...column('text', 'WHAT', 20, 4), sizing: 'rest' },
    ],
    sortKeys: [ORIGINAL, 'event', 'endpoint'],
  },
};

/** Index of the order in which the page's view starts. */
export const WORST_FIRST = VIEWS.page.sortKeys.indexOf('verdict');

function column(name: string, title: string, width: number, priority: number): Column {
  return { name, title, minWidth: width, usualWidth: width, sizing: 'texts', weight: 1, priority, cut: truncate };
}

/** Addresses and paths. */
function place(name: string, title: string, width: number, priority: number): Column {
  return { ...column(name, title, width, priority), cut: truncateMiddle };
}

function fixed(name: string, title: string, width: number, priority: number, align?: 'right'): Column {
  return { ...column(name, title, width, priority), sizing: 'fixed', ...(align && { align, isExtra: true }) };
}

/** The column that shows what a sort key sorts by. */
export function shownBy(sortKey: string): string {
  return sortKey === 'port' ? 'address' : sortKey;
}

/** The sort order as the tab line shows it. */
export function sortTitle(view: ViewName, sort: number): string {
  const key = VIEWS[view].sortKeys[sort] ?? ORIGINAL;
  switch (key) {
    case ORIGINAL:
      return { page: 'in the order of the page', listeners: 'by protocol and port', events: 'newest first' }[view];
    case 'verdict':
      return 'worst first';
    case 'expected':
      return 'by port';
    default:
      return `by ${key}`;
  }
}

export interface SortOrder {
  /** Index into `View.sortKeys`. */
  readonly sort: number;
  readonly reversed: boolean;
}

/** Stable: items with equal keys keep their order. */
export function sortItems(view: ViewName, items: readonly Item[], { sort, reversed }: SortOrder): readonly Item[] {
  const name = VIEWS[view].sortKeys[sort] ?? ORIGINAL;
  const sorted = name === ORIGINAL ? items : sortedBy(items, (item) => item.sortKey(name));
  return reversed ? sorted.toReversed() : sorted;
}

function sortedBy(items: readonly Item[], keyOf: (item: Item) => number | string): Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  return keyed.sort((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1)).map(({ item }) => item);
}
