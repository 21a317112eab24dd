import type { OwnedListener, ProcessOwner } from '../kernel/owners/owner.js';
import type { Change, Restarted, VerdictChanged } from '../snapshot/document/change.js';
import type { Finding } from '../verdict/finding.js';
import { leastWanted, MAX_ENTRIES, type Share, shareOf } from './event_quota.js';

/** One line of the events view: a change, or several that belong together. */
export interface TimelineEntry {
  /** Unique within a run, in ascending order. */
  readonly id: number;
  /** When it happened, ISO 8601; of repeated changes the last, of a restart the first. */
  readonly at: string;
  /** When it was last reported, milliseconds since the epoch. */
  readonly reportedAt: number;
  readonly change: Change;
  /** Which entries it pushes out where there are too many. */
  readonly share: Share;
  /** Of a verdict: the first of its listeners; none if they were never in a snapshot. */
  readonly listeners: readonly OwnedListener[];
  readonly moreListeners: number;
  /** Of a restart: the first of the service's other listeners. */
  readonly restarts: readonly Restarted[];
  readonly moreRestarts: number;
  /** How often the same change was reported in a row. */
  readonly count: number;
}

export interface Timeline {
  /** Newest first. */
  readonly entries: readonly TimelineEntry[];
  readonly nextId: number;
  /** Number of old entries that were dropped. */
  readonly dropped: number;
}

export const EMPTY_TIMELINE: Timeline = { entries: [], nextId: 1, dropped: 0 };

/** An entry names no more listeners than this; a program may open thousands, again and again. */
const MAX_LISTENERS = 50;
/** A service reopens its listeners one after the other; those within this time belong to one restart. */
const MAX_RESTART_MS = 30_000;
/** How many entries back the `closed` and `opened` of a restart are looked for. */
const MAX_LOOKBACK = 200;

/** Finds a listener of the last snapshot by its id. */
export type FindListener = (id: string) => OwnedListener | undefined;

/** Adds a change. A restart replaces the changes it consists of; repeated changes are counted. Pure. */
export function withChange(timeline: Timeline, change: Change, now: number, find: FindListener): Timeline {
  if (change.event === 'restarted') return withRestart(timeline, change, now);
  const place = placeOf(timeline.entries, change);
  const last = timeline.entries[place];
  if (last !== undefined && isSame(last.change, change)) {
    const again = { ...last, change, at: change.at, reportedAt: now, count: last.count + 1 };
    return { ...timeline, entries: timeline.entries.with(place, again) };
  }
  if (change.event !== 'verdict') return withEntry(timeline, timeline.entries, change, now);
  const { before, after } = change;
  return withEntry(timeline, timeline.entries, withFewListeners(change), now, {
    // Removed listeners are in the last snapshot; `withListeners` adds new ones from the next.
    listeners: after === null ? listenersOf(before, find) : [],
    moreListeners: Math.max(0, ((after ?? before)?.sockets.length ?? 0) - MAX_LISTENERS),
  });
}

function withFewListeners(change: VerdictChanged): VerdictChanged {
  const cut = (finding: Finding | null): Finding | null =>
    finding === null ? null : { ...finding, sockets: finding.sockets.slice(0, MAX_LISTENERS) };
  return { ...change, before: cut(change.before), after: cut(change.after) };
}

function listenersOf(finding: Finding | null, find: FindListener): OwnedListener[] {
  return (finding?.sockets ?? []).slice(0, MAX_LISTENERS).flatMap((id) => find(id) ?? []);
}

/** Adds the listeners of new verdicts from the snapshot that the verdicts came from. */
export function withListeners(timeline: Timeline, find: FindListener): Timeline {
  let isChanged = false;
  const entries = timeline.entries.map((entry) => {
    if (entry.change.event !== 'verdict' || entry.listeners.length > 0) return entry;
    const listeners = listenersOf(entry.change.after, find);
    if (listeners.length === 0) return entry;
    isChanged = true;
    return { ...entry, listeners };
  });
  return isChanged ? { ...timeline, entries } : timeline;
}

function withEntry(
  { nextId, dropped }: Timeline,
  entries: readonly TimelineEntry[],
  change: Change,
  now: number,
  about: Pick<TimelineEntry, 'listeners' | 'moreListeners'> = { listeners: [], moreListeners: 0 },
): Timeline {
  const { at } = change;
  const entry = {
    id: nextId,
    at,
    reportedAt: now,
    change,
    share: shareOf(change),
    ...about,
    restarts: [],
    moreRestarts: 0,
    count: 1,
  };
  const all = entries.toSpliced(placeOf(entries, change), 0, entry);
  const isFull = all.length > MAX_ENTRIES;
  return {
    entries: isFull ? all.toSpliced(leastWanted(all), 1) : all,
    nextId: nextId + 1,
    dropped: dropped + (isFull ? 1 : 0),
  };
}

/**
 * A call that failed is reported when the owners of its address have been looked for, after what happened meanwhile. All else
 * comes in order: a verdict after the openings that caused it.
 */
function placeOf(entries: readonly TimelineEntry[], { event, at }: Change): number {
  if (event !== 'bind-failed') return 0;
  const place = entries.slice(0, MAX_LOOKBACK).findIndex((entry) => entry.at <= at);
  return place < 0 ? Math.min(entries.length, MAX_LOOKBACK) : place;
}

/** Replaces the `closed` and `opened` that the restart consists of; further listeners of the service join its entry. */
function withRestart(timeline: Timeline, restart: Restarted, now: number): Timeline {
  const recent = timeline.entries.slice(0, MAX_LOOKBACK).filter((entry) => !isPartOf(entry, restart));
  const entries = [...recent, ...timeline.entries.slice(MAX_LOOKBACK)];
  const known = recent.find(({ change }) => change.event === 'restarted' && isSameRestart(change, restart));
  if (known === undefined) return withEntry(timeline, entries, restart, now);
  const isFull = known.restarts.length === MAX_LISTENERS;
  const joined = {
    ...known,
    restarts: isFull ? known.restarts : [...known.restarts, restart],
    moreRestarts: known.moreRestarts + (isFull ? 1 : 0),
    reportedAt: now,
  };
  return { ...timeline, entries: entries.map((entry) => (entry === known ? joined : entry)) };
}

function isPartOf({ change, count }: TimelineEntry, { before, after }: Restarted): boolean {
  if (count > 1) return false;
  return (
    (change.event === 'closed' && change.socket.id === before.id) ||
    (change.event === 'opened' && change.socket.id === after.id)
  );
}

function isSameRestart(one: Restarted, other: Restarted): boolean {
  return (
    pidOf(one.before) === pidOf(other.before) &&
    pidOf(one.after) === pidOf(other.after) &&
    Date.parse(other.at) - Date.parse(one.at) <= MAX_RESTART_MS
  );
}

function pidOf({ owners }: OwnedListener): number | null {
  return owners.find((owner): owner is ProcessOwner => owner.kind === 'process')?.pid ?? null;
}

/** A bind that a program retries, or a network change, which carries no details. */
function isSame(one: Change, other: Change): boolean {
  if (one.event === 'network' && other.event === 'network') return true;
  if (one.event !== 'bind-failed' || other.event !== 'bind-failed') return false;
  const nameOf = ({ exe, comm }: ProcessOwner): string | null => exe ?? comm;
  return (
    one.place === other.place &&
    one.protocol === other.protocol &&
    one.code === other.code &&
    one.call === other.call &&
    nameOf(one.process) === nameOf(other.process)
  );
}
