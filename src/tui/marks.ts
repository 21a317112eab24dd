import type { Item } from './item.js';

/** How long what changed is marked, in milliseconds: long enough for eyes that were elsewhere. */
export const MARK_MS = 6_000;

export interface Mark {
  readonly kind: 'new' | 'changed' | 'gone';
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** What is gone, as it was: it stays on the screen for as long as it is marked. */
  readonly ghost: Item | null;
}

export type Marks = ReadonlyMap<string, Mark>;

export const NO_MARKS: Marks = new Map();

/**
 * Marks for what is different between two lists. What comes back in the same place is changed, neither gone nor new. Marks
 * that were there stay until they expire, but for what is gone and back again.
 */
export function marked(marks: Marks, before: readonly Item[], after: readonly Item[], now: number): Marks {
  // What is the very same needs no look.
  const [old, current] = [byKey(without(before, after)), byKey(without(after, before))];
  if (old.size === 0 && current.size === 0) return marks;
  const [oldPlaces, places] = [placesOf(before), placesOf(after)];
  const next = new Map(marks);
  const until = now + MARK_MS;
  for (const [key, item] of current) {
    const was = old.get(key);
    if (was === undefined) next.set(key, { kind: oldPlaces.has(item.place) ? 'changed' : 'new', until, ghost: null });
    else if (was.signature !== item.signature) next.set(key, { kind: 'changed', until, ghost: null });
    else if (next.get(key)?.kind === 'gone') next.delete(key);
  }
  for (const [key, item] of old) {
    if (current.has(key)) continue;
    if (places.has(item.place)) next.delete(key);
    else next.set(key, { kind: 'gone', until, ghost: item });
  }
  return next;
}

function without(items: readonly Item[], others: readonly Item[]): readonly Item[] {
  const those = new Set(others);
  return items.filter((item) => !those.has(item));
}

function byKey(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.key, item]));
}

function placesOf(items: readonly Item[]): Set<string> {
  return new Set(items.map(({ place }) => place));
}

/** Marks that are still to be seen; the same object where none has expired. */
export function unexpired(marks: Marks, now: number): Marks {
  const left = [...marks].filter(([, { until }]) => until > now);
  return left.length === marks.size ? marks : new Map(left);
}
