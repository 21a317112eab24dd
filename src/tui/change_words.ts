import type { Change } from '../changes/change.js';
import type { OwnedListener, Owner } from '../owners/owner.js';
import type { Finding } from '../verdict/finding.js';
import { listenerText, ownersText } from '../verdict/words.js';
import { placeText, severityStyle, shortOwner } from './facts.js';
import type { Style } from './line.js';
import type { Entry } from './timeline.js';

/* What the timeline says of a change. */

export function nameOfEvent(change: Change): string {
  return change.event === 'bind-failed' ? `${change.call}-failed` : change.event;
}

export function styleOfEvent(change: Change): Style {
  switch (change.event) {
    case 'bind-failed':
      return 'error';
    case 'verdict':
      return change.after === null ? 'good' : severityStyle(change.after.severity);
    case 'lost':
      return 'warning';
    case 'coverage':
      return change.complete ? 'good' : 'warning';
    case 'restarted':
      return 'info';
    case 'opened':
      return 'accent';
    case 'closed':
      return 'plain';
    case 'started':
    case 'network':
      return 'dim';
  }
}

/** What a change is about: an address or a path. */
export function endpointOf(change: Change): string {
  switch (change.event) {
    case 'opened':
    case 'closed':
      return withProtocol(change.socket);
    case 'bind-failed':
    case 'restarted':
      return `${change.place}/${change.protocol}`;
    case 'verdict': {
      const { expected } = change.after ?? change.before ?? { expected: null };
      return expected === null ? '' : placeText(expected);
    }
    case 'started':
    case 'lost':
    case 'network':
    case 'coverage':
      return '';
  }
}

function withProtocol(socket: OwnedListener): string {
  return `${listenerText(socket)}/${socket.protocol}`;
}

/** The same in so few words that a column may hold them: who is to blame before all that is known of them. */
export function summaryOf(entry: Entry): string {
  const { change } = entry;
  switch (change.event) {
    case 'opened':
    case 'closed':
      return change.socket.owners.length === 0 ? messageOf(entry) : change.socket.owners.map(ownerWithUnit).join(', ');
    case 'bind-failed': {
      const inTheWay = change.holders.flatMap(({ owners, kind, place }) =>
        owners.length === 0 ? [kind === 'file' ? `the file ${place}` : 'somebody unseen'] : owners.map(ownerWithUnit),
      );
      const culprit = inTheWay.length === 0 ? '' : `; in the way: ${inTheWay.join(', ')}`;
      return `${shortOwner(change.process)}: ${change.code}${culprit}`;
    }
    default:
      return messageOf(entry);
  }
}

function ownerWithUnit(owner: Owner): string {
  return owner.kind === 'process' && owner.unit !== null ? `${shortOwner(owner)} ${owner.unit}` : shortOwner(owner);
}

export function messageOf({ change, restarts }: Entry): string {
  switch (change.event) {
    case 'started':
      return change.misses === null
        ? 'watching; the kernel tells of every listener as it opens'
        : `watching; this can miss ${change.misses}`;
    case 'opened':
    case 'closed':
      return ownersText([change.socket]);
    case 'bind-failed':
      return change.message;
    case 'verdict':
      return verdictText(change.before, change.after);
    case 'restarted': {
      const others = restarts.map(({ place }) => place);
      return others.length === 0 ? change.message : `${change.message}; with it ${others.join(', ')}`;
    }
    case 'lost':
      return `${change.count} reports of the kernel were lost for want of room; the tables are read again`;
    case 'network':
      return 'a link, an address or a route changed';
    case 'coverage':
      return change.complete ? 'everything can be read again' : `could not be read: ${change.errors.join('; ')}`;
  }
}

function verdictText(before: Finding | null, after: Finding | null): string {
  const service = (after ?? before)?.expected?.service;
  const whose = service === undefined ? '' : `${service}: `;
  const was = before?.verdict ?? 'nothing';
  if (after === null) return `${whose}${was} before, gone now: ${before?.message ?? ''}`;
  return `${whose}${was} before, ${after.verdict} now: ${after.message}`;
}
