import type { Change, VerdictChanged } from '../snapshot/document/change.js';
import type { Severity, Verdict } from '../verdict/finding.js';
import { EMPTY_CELL } from './cells.js';
import { eventEndpoint, eventName, eventStyle, eventSummary, eventText } from './event_text.js';
import type { Cell, CellContext, Item, Subject } from './item.js';
import type { Search } from './search.js';
import { timeOfDay } from './text.js';
import type { TimelineEntry } from './timeline.js';

export class EventItem implements Item {
  readonly key: string;
  readonly endpoint: string;
  readonly group = '';
  readonly verdict: Verdict | null;
  readonly severity: Severity;
  readonly isFault: boolean;
  readonly signature = '';
  readonly subject: Subject & { readonly kind: 'event' };
  #searchText: string | null = null;

  constructor(entry: TimelineEntry) {
    this.key = `event ${entry.id}`;
    this.endpoint = this.key;
    const after = entry.change.event === 'verdict' ? entry.change.after : null;
    this.verdict = after?.verdict ?? null;
    this.severity = eventSeverity(entry.change);
    this.isFault = this.severity !== 'none';
    this.subject = { kind: 'event', entry };
  }

  cell(column: string, { glyphs }: CellContext): Cell {
    const { entry } = this.subject;
    const { at, change, count } = entry;
    switch (column) {
      case 'time':
        return { text: timeOfDay(at), style: 'dim' };
      case 'event':
        return { text: eventName(change) + (count > 1 ? ` ${glyphs.times}${count}` : ''), style: eventStyle(change) };
      case 'endpoint': {
        const endpoint = eventEndpoint(entry);
        return endpoint === null ? { text: '-', style: 'dim' } : { text: endpoint, style: 'plain' };
      }
      case 'text':
        return { text: eventSummary(entry, glyphs), style: 'plain' };
      default:
        return EMPTY_CELL;
    }
  }

  sortKey(column: string): number | string {
    const { entry } = this.subject;
    return column === 'event' ? entry.change.event : (eventEndpoint(entry) ?? '~');
  }

  matches(search: Search): boolean {
    const { entry } = this.subject;
    this.#searchText ??= `${eventName(entry.change)} ${eventEndpoint(entry) ?? ''} ${eventText(entry)}`;
    return search.isIn(this.#searchText);
  }
}

/** That of the new verdict; a row that was answered and no longer applies, such as that of an operator that ended, is worth a look. */
function verdictSeverity({ before, after }: VerdictChanged): Severity {
  const isGone = after?.verdict === 'not-applicable' && before !== null && before.sockets.length > 0;
  return isGone ? 'info' : (after?.severity ?? 'none');
}

/** Anything but `none` is a fault. */
export function eventSeverity(change: Change): Severity {
  switch (change.event) {
    case 'bind-failed':
      return 'error';
    case 'lost':
      return 'warning';
    case 'coverage':
      return change.complete ? 'none' : 'warning';
    case 'verdict':
      return verdictSeverity(change);
    case 'started':
    case 'opened':
    case 'closed':
    case 'restarted':
    case 'network':
      return 'none';
  }
}
