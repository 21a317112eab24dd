import type { Item } from './item.js';

export type ViewName = 'spec' | 'listeners' | 'events';

export const VIEW_NAMES: readonly ViewName[] = ['spec', 'listeners', 'events'];

export interface Column {
  readonly name: string;
  readonly title: string;
  /** What it has at least, unless its texts need less. */
  readonly minWidth: number;
  /** As wide as its texts; always `minWidth`; or all that is left, since its texts are long and change all the time. */
  readonly sizing: 'texts' | 'fixed' | 'rest';
  /** Its share of what is left, where that is not enough for all texts. */
  readonly weight: number;
  /** If not all columns fit, those with the highest numbers are left out. */
  readonly priority: number;
  readonly align?: 'right';
}

export interface View {
  readonly title: string;
  readonly columns: readonly Column[];
  /** What `Item.sortKey` takes; the first stands for the original order. */
  readonly sortKeys: readonly string[];
}

const ORIGINAL = 'original';

export const VIEWS: Readonly<Record<ViewName, View>> = {
  spec: {
    title: 'Spec',
    columns: [
      fixed('verdict', 'VERDICT', 16, 1),
      column('service', 'SERVICE', 15, 2),
      column('expected', 'EXPECTED', 15, 3),
      column('actual', 'ACTUAL', 15, 4),
      { ...column('owner', 'OWNER', 10, 5), weight: 4 },
      fixed('queue', 'QUEUE', 9, 7, 'right'),
      fixed('up', 'UP', 4, 6, 'right'),
    ],
    sortKeys: [ORIGINAL, 'verdict', 'service', 'expected', 'actual', 'owner', 'queue', 'up'],
  },
  listeners: {
    title: 'Listeners',
    columns: [
      fixed('protocol', 'PROT', 5, 1),
      column('address', 'ADDRESS', 22, 2),
      column('owner', 'OWNER', 20, 3),
      column('explained', 'EXPLAINED BY', 20, 4),
      fixed('up', 'UP', 4, 5, 'right'),
      fixed('queue', 'QUEUE', 9, 6, 'right'),
      fixed('reach', 'REACH', 11, 8),
      // Names of units and pods differ in the middle or at the end: cut, they would be of no use.
      column('unit', 'UNIT', 31, 7),
      column('pod', 'POD', 36, 9),
    ],
    sortKeys: [ORIGINAL, 'protocol', 'address', 'port', 'owner', 'explained', 'up', 'queue', 'reach', 'unit', 'pod'],
  },
  events: {
    title: 'Events',
    columns: [
      fixed('time', 'TIME', 8, 1),
      fixed('event', 'EVENT', 15, 2),
      column('endpoint', 'WHERE', 21, 3),
      { ...column('text', 'WHAT', 20, 4), sizing: 'rest' },
    ],
    sortKeys: [ORIGINAL, 'event', 'endpoint'],
  },
};

/** Index of the order in which the spec view starts. */
export const WORST_FIRST = VIEWS.spec.sortKeys.indexOf('verdict');

function column(name: string, title: string, minWidth: number, priority: number): Column {
  return { name, title, minWidth, sizing: 'texts', weight: 1, priority };
}

function fixed(name: string, title: string, width: number, priority: number, align?: 'right'): Column {
  return { name, title, minWidth: width, sizing: 'fixed', weight: 1, priority, ...(align && { align }) };
}

/** The sort order as the tab line shows it. */
export function sortTitle(view: ViewName, sort: number): string {
  const key = VIEWS[view].sortKeys[sort] ?? ORIGINAL;
  switch (key) {
    case ORIGINAL:
      return { spec: 'page order', listeners: 'protocol and port', events: 'newest first' }[view];
    case 'verdict':
      return 'worst first';
    case 'expected':
      return 'port';
    default:
      return key;
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
