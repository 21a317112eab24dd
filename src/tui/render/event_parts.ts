import { bindAdvice } from '../../verdict/text/bind_advice.js';
import { ownersText } from '../../verdict/text/format.js';
import { placeWithProtocol } from '../cells.js';
import { eventEndpoint, eventName, eventText } from '../event_text.js';
import { dateText } from '../text.js';
import type { TimelineEntry } from '../timeline.js';
import { findingParts, nextParts } from './finding_parts.js';
import { ownerParts, ownersParts } from './owner_parts.js';
import { field, heading, optional, type Part } from './part.js';

export function eventParts(entry: TimelineEntry): Part[] {
  const { change, count } = entry;
  return [
    field('event', `${eventName(change)}${count > 1 ? `, ${count} times in a row` : ''}`, 'bold'),
    field('at', dateText(entry.at)),
    ...optional('where', eventEndpoint(entry)),
    field('what', eventText(entry)),
    ...changeParts(entry),
  ];
}

function changeParts(entry: TimelineEntry): Part[] {
  const { change } = entry;
  const at = Date.parse(entry.at);
  switch (change.event) {
    case 'bind-failed': {
      const { code, errno, call, process, holders } = change;
      const advice = bindAdvice(change);
      const sharing = holders.filter(({ kind }) => kind === 'listener').length;
      const title = sharing > 1 ? `In use by ${sharing} sockets, which share it (SO_REUSEPORT)` : 'In use by';
      const inUse = holders.flatMap(({ place, owners, kind }) => [
        field(kind, place),
        ...owners.flatMap((owner, nth) => ownerParts(owner, owners.length, nth, at)),
      ]);
      return [
        field('error', `${code} (${errno}) from ${call}`),
        ...(advice === null ? [] : nextParts(advice)),
        heading('Tried by'),
        ...ownerParts(process, 1, 0, at),
        ...(inUse.length === 0 ? [] : [heading(title), ...inUse]),
      ];
    }
    case 'verdict': {
      const { before, after } = change;
      return [
        ...(before === null ? [] : [heading('Before'), ...findingParts(before, null)]),
        ...(after === null ? [] : [heading('After'), ...findingParts(after, entry.listeners)]),
        ...entry.listeners.flatMap((socket) => [heading(placeWithProtocol(socket)), ...ownersParts(socket, at)]),
        ...moreParts(entry.moreListeners),
      ];
    }
    case 'restarted':
      return [
        ...[change, ...entry.restarts].flatMap(({ place, protocol, downMs, before, after }) => [
          heading(`${place}/${protocol}`),
          field('closed for', `${downMs} ms`),
          field('before', ownersText([before])),
          field('after', ownersText([after])),
        ]),
        ...moreParts(entry.moreRestarts),
      ];
    case 'opened':
    case 'closed':
      return [
        field('seen by', change.seenBy === 'kernel' ? 'a kernel event' : 'comparing the tables'),
        ...ownersParts(change.socket, at),
      ];
    case 'started':
    case 'lost':
    case 'network':
    case 'coverage':
      return [];
  }
}

function moreParts(count: number): Part[] {
  return count === 0 ? [] : [heading(`and ${count} more`)];
}
