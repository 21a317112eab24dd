import type { OwnedListener, Owner } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { listenerText, ownersText } from '../verdict/text/format.js';
import type { Change, VerdictChanged } from '../watch/changes/change.js';
import { placeText, severityStyle, shortOwner, uniqueOwners } from './facts.js';
import type { Glyphs } from './glyphs.js';
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

/** What a change is about: an address or a path, or the node; null where it is about no place in particular. */
export function endpointOf({ change, about, moreAbout }: Entry): string | null {
  switch (change.event) {
    case 'opened':
    case 'closed':
      return withProtocol(listenerText(change.socket), change.socket.protocol);
    case 'bind-failed':
    case 'restarted':
      return withProtocol(change.place, change.protocol);
    case 'verdict': {
      const { expected } = change.after ?? change.before ?? { expected: null };
      return expected === null ? listenersOf(about, moreAbout) : placeText(expected);
    }
    case 'started':
      return change.hostname;
    case 'lost':
    case 'network':
    case 'coverage':
      return null;
  }
}

/** The first, and how many more there are; null where none was seen. */
function listenersOf(about: readonly OwnedListener[], moreAbout: number): string | null {
  const places = [...new Set(about.map((socket) => withProtocol(listenerText(socket), socket.protocol)))];
  const [first] = places;
  const more = places.length - 1 + moreAbout;
  return first !== undefined && more > 0 ? `${first} +${more}` : (first ?? null);
}

/** As rows have it: without the protocol that most have. A path says by itself what it is. */
function withProtocol(place: string, protocol: Protocol): string {
  return protocol === 'udp' ? `${place}/udp` : place;
}

/** The same in so few words that a column may hold them: who is to blame before all that is known of them. */
export function summaryOf(entry: Entry, { arrow }: Glyphs): string {
  const { change, about } = entry;
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
    case 'verdict': {
      const { before, after } = change;
      const owners = uniqueOwners(about);
      // Of a row, the message says what is wrong with whom; of others it begins with all that is known of them.
      const isRow = (after ?? before)?.expected !== null;
      const what = isRow || owners.length === 0 ? (after ?? before)?.message : owners.map(ownerWithUnit).join(', ');
      return `${serviceOf(change)}${before?.verdict ?? 'nothing'} ${arrow} ${after?.verdict ?? 'gone'}: ${what ?? ''}`;
    }
    default:
      return messageOf(entry);
  }
}

function ownerWithUnit(owner: Owner): string {
  return owner.kind === 'process' && owner.unit !== null ? `${shortOwner(owner)} ${owner.unit}` : shortOwner(owner);
}

export function messageOf({ change, restarts, moreRestarts }: Entry): string {
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
      return verdictText(change);
    case 'restarted': {
      const others = restarts.map(({ place }) => place);
      const more = moreRestarts === 0 ? '' : ` and ${moreRestarts} more`;
      return others.length === 0 ? change.message : `${change.message}; with it ${others.join(', ')}${more}`;
    }
    case 'lost':
      return `${change.count} reports of the kernel were lost for want of room; the tables are read again`;
    case 'network':
      return 'a link, an address or a route changed';
    case 'coverage':
      return change.complete ? 'everything can be read again' : `could not be read: ${change.errors.join('; ')}`;
  }
}

/** Whose row it is; nothing where it is none. */
function serviceOf({ before, after }: VerdictChanged): string {
  const service = (after ?? before)?.expected?.service;
  return service === undefined ? '' : `${service}: `;
}

function verdictText(change: VerdictChanged): string {
  const { before, after } = change;
  const whose = serviceOf(change);
  const was = before?.verdict ?? 'nothing';
  if (after === null) return `${whose}${was} before, gone now: ${before?.message ?? ''}`;
  return `${whose}${was} before, ${after.verdict} now: ${after.message}`;
}
