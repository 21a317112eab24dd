import type { OwnedListener, Owner } from '../kernel/owners/owner.js';
import type { Expected } from '../verdict/finding.js';
import type { Subject } from './item.js';
import type { TimelineEntry } from './timeline.js';

/** What a line of any view is about, so that lines of different views can be compared. */
export interface About {
  readonly ports: readonly number[];
  /** Of unix sockets. */
  readonly paths: readonly string[];
  readonly owners: readonly Owner[];
  /** Of the owners, and those that created the sockets. */
  readonly units: readonly string[];
}

export function aboutOf(subject: Subject): About {
  switch (subject.kind) {
    case 'finding':
      return withOwners(about(subject.sockets, subject.finding.expected), subject.others);
    case 'socket':
      return about([subject.socket]);
    case 'event':
      return aboutEvent(subject.entry);
  }
}

function aboutEvent({ change, listeners }: TimelineEntry): About {
  switch (change.event) {
    case 'opened':
    case 'closed':
      return about([change.socket]);
    case 'restarted':
      return about([change.before, change.after]);
    case 'verdict':
      return about(listeners, (change.after ?? change.before)?.expected ?? null);
    case 'bind-failed': {
      const owners = [change.process, ...change.holders.flatMap((holder) => holder.owners)];
      const [, port] = /:(\d+)$/.exec(change.place) ?? [];
      const isPath = change.protocol === 'unix';
      return {
        ports: port === undefined || isPath ? [] : [Number(port)],
        paths: isPath ? [change.place] : [],
        owners,
        units: unitsOf(owners),
      };
    }
    case 'started':
    case 'lost':
    case 'network':
    case 'coverage':
      return about([]);
  }
}

function withOwners(known: About, listeners: readonly OwnedListener[]): About {
  return { ...known, owners: [...known.owners, ...listeners.flatMap(({ owners }) => owners)] };
}

function about(listeners: readonly OwnedListener[], expected: Expected | null = null): About {
  const places = [...listeners, ...(expected === null ? [] : [expected])];
  const owners = listeners.flatMap((listener) => listener.owners);
  return {
    ports: places.flatMap(({ port }) => port ?? []),
    paths: places.flatMap(({ path }) => path ?? []),
    owners,
    units: [...unitsOf(owners), ...listeners.flatMap(({ origin }) => origin?.unit ?? [])],
  };
}

function unitsOf(owners: readonly Owner[]): string[] {
  return owners.flatMap((owner) => (owner.kind === 'process' && owner.unit !== null ? [owner.unit] : []));
}
