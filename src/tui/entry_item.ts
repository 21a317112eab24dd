import type { Change } from '../watch/changes/change.js';
import { endpointOf, messageOf, nameOfEvent, styleOfEvent, summaryOf } from './change_words.js';
import type { Cell, CellContext, Item, Subject } from './item.js';
import type { Entry } from './timeline.js';

/** One line of the timeline as something to select. */
export class EntryItem implements Item {
  readonly key: string;
  readonly place: string;
  readonly group = '';
  readonly isFault: boolean;
  readonly signature: string;
  readonly subject: Subject & { readonly kind: 'entry' };
  #haystack: string | null = null;

  constructor(entry: Entry) {
    this.key = `entry ${entry.id}`;
    this.place = this.key;
    this.isFault = isFault(entry.change);
    this.signature = `${entry.count} ${entry.restarts.length + entry.moreRestarts}`;
    this.subject = { kind: 'entry', entry };
  }

  cell(column: string, { glyphs }: CellContext): Cell {
    const { entry } = this.subject;
    switch (column) {
      case 'time':
        return { text: localTime(entry.at), style: 'dim' };
      case 'event':
        return {
          text: nameOfEvent(entry.change) + (entry.count > 1 ? ` ${glyphs.times}${entry.count}` : ''),
          style: styleOfEvent(entry.change),
        };
      case 'place':
        return { text: endpointOf(entry) ?? '-', style: endpointOf(entry) === null ? 'dim' : 'plain' };
      case 'what':
        return { text: summaryOf(entry, glyphs), style: 'plain' };
      default:
        return { text: '', style: 'plain' };
    }
  }

  rank(column: string): number | string {
    const { entry } = this.subject;
    switch (column) {
      case 'time':
        return -entry.id;
      case 'event':
        return entry.change.event;
      case 'place':
        return endpointOf(entry) ?? '~';
      default:
        return 0;
    }
  }

  haystack(): string {
    const { entry } = this.subject;
    this.#haystack ??= `${nameOfEvent(entry.change)} ${endpointOf(entry) ?? ''} ${messageOf(entry)}`.toLowerCase();
    return this.#haystack;
  }
}

function isFault(change: Change): boolean {
  switch (change.event) {
    case 'bind-failed':
    case 'lost':
      return true;
    case 'coverage':
      return !change.complete;
    case 'verdict':
      return change.after !== null && change.after.severity !== 'none';
    case 'started':
    case 'opened':
    case 'closed':
    case 'restarted':
    case 'network':
      return false;
  }
}

/** In the time zone of whoever looks, as the clock in the header. */
export function localTime(iso: string): string {
  const at = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
