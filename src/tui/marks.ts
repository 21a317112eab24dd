import type { Item } from './item.js';

/** How long a change stays marked: long enough to be noticed by someone who looked away. */
export const MAX_MARK_AGE_MS = 6_000;

export type Mark = {
  /** Milliseconds since the epoch. */
  readonly until: number;
} & (
  | { readonly kind: 'added' | 'changed' }
  /** The item stays on the screen until the mark expires. */
  | { readonly kind: 'removed'; readonly item: Item }
);

/** By `Item.key`. */
export type Marks = ReadonlyMap<string, Mark>;

export const NO_MARKS: Marks = new Map();

/**
 * Adds marks for the differences between two lists. An item that replaces another at the same endpoint is marked as changed,
 * not as removed and added. Earlier marks stay until they expire, except on items that were removed and are back.
 */
export function markChanges(marks: Marks, before: readonly Item[], after: readonly Item[], now: number): Marks {
  const [old, current] = [byKey(without(before, after)), byKey(without(after, before))];
  if (old.size === 0 && current.size === 0) return marks;
  const [oldEndpoints, endpoints] = [endpointsOf(before), endpointsOf(after)];
  const next = new Map(marks);
  const until = now + MAX_MARK_AGE_MS;
  for (const [key, item] of current) {
    const was = old.get(key);
    if (was === undefined) next.set(key, { kind: oldEndpoints.has(item.endpoint) ? 'changed' : 'added', until });
    else if (was.signature !== item.signature) next.set(key, { kind: 'changed', until });
    else if (next.get(key)?.kind === 'removed') next.delete(key);
  }
  for (const [key, item] of old) {
    if (current.has(key)) continue;
    if (endpoints.has(item.endpoint)) next.delete(key);
    else next.set(key, { kind: 'removed', until, item });
  }
  return next;
}

/** Items that both lists share need no comparison. */
function without(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  const shared = new Set(others);
  return items.filter((item) => !shared.has(item));
}

function byKey(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.key, item]));
}

function endpointsOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(({ endpoint }) => endpoint));
}

/** Returns the same map if no mark has expired, since the lists are cached by it. */
export function withoutExpired(marks: Marks, now: number): Marks {
  const left = [...marks].filter(([, { until }]) => until > now);
  return left.length === marks.size ? marks : new Map(left);
}
