import type { OwnedListener, ProcessOwner } from '../kernel/owners/owner.js';
import type { Finding } from '../verdict/finding.js';
import type { Change, Restarted, VerdictChanged } from '../watch/changes/change.js';

/** One line of the timeline: a change, or several that are one thing to a person. */
export interface Entry {
  /** Counts up; unique within a run. */
  readonly id: number;
  /** When it happened last, ISO 8601. */
  readonly at: string;
  /** When it was heard of last, milliseconds since the epoch. */
  readonly heard: number;
  readonly change: Change;
  /** The first of the listeners that a verdict is about, as they were then; none where they were not seen. */
  readonly about: readonly OwnedListener[];
  /** Listeners of the same verdict beyond those that are looked for. */
  readonly moreAbout: number;
  /** Further listeners of the same restart, the first of them. */
  readonly restarts: readonly Restarted[];
  /** Listeners of the same restart beyond those. */
  readonly moreRestarts: number;
  /** How often the same thing happened in a row. */
  readonly count: number;
}

export interface Timeline {
  /** Newest first. */
  readonly entries: readonly Entry[];
  readonly nextId: number;
  /** Entries that were dropped for want of room. */
  readonly dropped: number;
}

export const EMPTY_TIMELINE: Timeline = { entries: [], nextId: 1, dropped: 0 };

/** Some hours of a node that is being worked on; a busy one is cut off, which `dropped` says. */
const MOST_ENTRIES = 1_000;
/** A service opens its listeners one after the other; what comes within this time belongs to one restart. */
const SAME_RESTART_MS = 30_000;
/** Of a restart with more listeners, the first are named and the others counted. */
const MOST_RESTARTS = 50;
/** The same of a verdict: a program may open thousands, and all anew again and again. */
const MOST_ABOUT = 50;
/** As far back as a closing or opening that belongs to a restart can be. */
const LOOK_BACK = 200;

/** Finds a listener by its id among those that were seen in a look. */
export type FindListener = (id: string) => OwnedListener | undefined;

/** The timeline with a change added: restarts swallow what they consist of, repetitions are counted. Pure. */
export function withChange(timeline: Timeline, change: Change, now: number, find: FindListener): Timeline {
  if (change.event === 'restarted') return withRestart(timeline, change, now);
  const [last] = timeline.entries;
  if (last !== undefined && isSame(last.change, change)) {
    const again = { ...last, change, at: change.at, heard: now, count: last.count + 1 };
    return { ...timeline, entries: [again, ...timeline.entries.slice(1)] };
  }
  return added(timeline, timeline.entries, change.event === 'verdict' ? shortened(change) : change, now, {
    // What is there no more is in what was seen last; what is new will be in what is seen next.
    about: change.event === 'verdict' && change.after === null ? found(change.before, find) : [],
    moreAbout: change.event === 'verdict' ? moreThanKept(change.after ?? change.before) : 0,
  });
}

/** The change with no more listeners named than are kept. */
function shortened(change: VerdictChanged): VerdictChanged {
  const short = (finding: Finding | null): Finding | null =>
    moreThanKept(finding) === 0 || finding === null
      ? finding
      : { ...finding, sockets: finding.sockets.slice(0, MOST_ABOUT) };
  return { ...change, before: short(change.before), after: short(change.after) };
}

function moreThanKept(finding: Finding | null): number {
  return Math.max(0, (finding?.sockets.length ?? 0) - MOST_ABOUT);
}

function found(finding: Finding | null, find: FindListener): OwnedListener[] {
  return (finding?.sockets ?? []).slice(0, MOST_ABOUT).flatMap((id) => find(id) ?? []);
}

/** The timeline after the look that its last verdicts came from: they have the listeners they are about. */
export function withListeners(timeline: Timeline, find: FindListener): Timeline {
  let isOther = false;
  const entries = timeline.entries.map((entry) => {
    if (entry.change.event !== 'verdict' || entry.about.length > 0) return entry;
    const about = found(entry.change.after, find);
    isOther ||= about.length > 0;
    return about.length > 0 ? { ...entry, about } : entry;
  });
  return isOther ? { ...timeline, entries } : timeline;
}

function added(
  timeline: Timeline,
  entries: readonly Entry[],
  change: Change,
  now: number,
  listeners: Pick<Entry, 'about' | 'moreAbout'> = { about: [], moreAbout: 0 },
): Timeline {
  const id = timeline.nextId;
  const entry: Entry = { id, at: change.at, heard: now, change, ...listeners, restarts: [], moreRestarts: 0, count: 1 };
  const all = [entry, ...entries];
  const dropped = timeline.dropped + Math.max(0, all.length - MOST_ENTRIES);
  return { entries: all.slice(0, MOST_ENTRIES), nextId: timeline.nextId + 1, dropped };
}

/** The closing and the opening that it is made of are no news besides it, nor is each further listener of the service. */
function withRestart(timeline: Timeline, restart: Restarted, now: number): Timeline {
  const recent = timeline.entries.slice(0, LOOK_BACK).filter((entry) => !isPartOf(entry, restart));
  const rest = [...recent, ...timeline.entries.slice(LOOK_BACK)];
  const at = recent.findIndex(({ change }) => change.event === 'restarted' && isSameRestart(change, restart));
  const known = recent[at];
  if (known === undefined) return added(timeline, rest, restart, now);
  const isFull = known.restarts.length === MOST_RESTARTS;
  const longer = {
    ...known,
    restarts: isFull ? known.restarts : [...known.restarts, restart],
    moreRestarts: known.moreRestarts + (isFull ? 1 : 0),
    at: restart.at,
    heard: now,
  };
  return { ...timeline, entries: rest.map((entry) => (entry === known ? longer : entry)) };
}

function isPartOf({ change, count }: Entry, { before, after }: Restarted): boolean {
  if (count > 1) return false;
  return (
    (change.event === 'closed' && change.socket.id === before.id) ||
    (change.event === 'opened' && change.socket.id === after.id)
  );
}

function isSameRestart(one: Restarted, other: Restarted): boolean {
  const [a, b] = [processOf(one), processOf(other)];
  return a.before === b.before && a.after === b.after && Date.parse(other.at) - Date.parse(one.at) <= SAME_RESTART_MS;
}

function processOf({ before, after }: Restarted): { before: number | null; after: number | null } {
  const pid = (owners: Restarted['before']['owners']): number | null =>
    owners.find((owner): owner is ProcessOwner => owner.kind === 'process')?.pid ?? null;
  return { before: pid(before.owners), after: pid(after.owners) };
}

/** A program that tries again and again, and notices that say nothing but that something happened. */
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
