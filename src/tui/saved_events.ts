import type { SavedEvent, SnapshotDocument } from '../snapshot/document/document.js';
import {
  EMPTY_TIMELINE,
  type FindListener,
  type Timeline,
  type TimelineEntry,
  withChange,
  withListeners,
} from './timeline.js';

/** The events as a snapshot has them, oldest first. What the document lacks comes along. */
export function savedEvents(
  { entries, dropped }: Timeline,
  { sockets }: SnapshotDocument,
): Required<Pick<SnapshotDocument, 'events' | 'eventsDropped'>> {
  const known = new Set(sockets.map(({ id }) => id));
  return { events: entries.toReversed().flatMap((entry) => eventsOf(entry, known)), eventsDropped: dropped };
}

function eventsOf(entry: TimelineEntry, known: ReadonlySet<string>): SavedEvent[] {
  const { change, at, count, restarts, moreRestarts, moreListeners } = entry;
  const listeners = entry.listeners.filter(({ id }) => !known.has(id));
  const omitted = moreRestarts + moreListeners;
  const first: SavedEvent = {
    ...change,
    at,
    ...(count === 1 ? {} : { times: count }),
    ...(listeners.length === 0 ? {} : { listeners }),
    ...(omitted === 0 ? {} : { omitted }),
  };
  return [first, ...restarts];
}

/** The events of a snapshot that has them, as they were on the screen. */
export function timelineOf({ events = [], eventsDropped = 0, sockets }: SnapshotDocument): Timeline {
  const byId = new Map([...events.flatMap(({ listeners = [] }) => listeners), ...sockets].map((one) => [one.id, one]));
  const find: FindListener = (id) => byId.get(id);
  const timeline = events.reduce((before, event) => withSaved(before, event, find), EMPTY_TIMELINE);
  return { ...withListeners(timeline, find), dropped: eventsDropped };
}

function withSaved(timeline: Timeline, event: SavedEvent, find: FindListener): Timeline {
  const { times = 1, listeners: _, omitted = 0, ...change } = event;
  const { entries, ...rest } = withChange(timeline, change, 0, find);
  const complete = (entry: TimelineEntry): TimelineEntry => ({
    ...entry,
    count: times,
    ...(change.event === 'restarted' ? { moreRestarts: omitted } : {}),
    ...(change.event === 'verdict' ? { moreListeners: omitted } : {}),
  });
  return { ...rest, entries: entries.map((entry) => (entry.id === timeline.nextId ? complete(entry) : entry)) };
}
