import type { Change, Lost, VerdictChanged } from '../snapshot/document/change.js';
import { ownersText } from '../verdict/text/format.js';
import {
  expectedEndpoint,
  firstOf,
  listenerEndpoint,
  ownerWithUnit,
  SEVERITY_STYLE,
  shortOwner,
  uniqueOwners,
  withUdp,
} from './cells.js';
import type { Glyphs } from './glyphs.js';
import type { Style } from './line.js';
import type { TimelineEntry } from './timeline.js';

/* What the events view says about a change. */

export function eventName(change: Change): string {
  return change.event === 'bind-failed' ? `${change.call}-failed` : change.event;
}

export function eventStyle(change: Change): Style {
  switch (change.event) {
    case 'bind-failed':
      return 'error';
    case 'verdict':
      return change.after === null ? 'good' : SEVERITY_STYLE[change.after.severity];
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

/** An address, a path, or the host name; null for changes without an endpoint. */
export function eventEndpoint({ change, listeners, moreListeners }: TimelineEntry): string | null {
  switch (change.event) {
    case 'opened':
    case 'closed':
      return listenerEndpoint(change.socket);
    case 'bind-failed':
    case 'restarted':
      return withUdp(change.place, change.protocol);
    case 'verdict': {
      const expected = (change.after ?? change.before)?.expected ?? null;
      return expected === null ? firstOf(listeners.map(listenerEndpoint), moreListeners) : expectedEndpoint(expected);
    }
    case 'started':
      return change.hostname;
    case 'lost':
    case 'network':
    case 'coverage':
      return null;
  }
}

/** `eventText`, short enough for a column: owners first, and only their PID, name and unit; of a failed call the culprit first. */
export function eventSummary(entry: TimelineEntry, { arrow }: Glyphs): string {
  const { change, listeners } = entry;
  switch (change.event) {
    case 'opened':
    case 'closed': {
      const { owners } = change.socket;
      return owners.length === 0 ? eventText(entry) : owners.map(ownerWithUnit).join(', ');
    }
    case 'bind-failed': {
      const holders = change.holders.flatMap(({ owners, kind, place }) =>
        owners.length === 0
          ? [kind === 'file' || kind === 'other-file' ? `file ${place}` : 'unknown owner']
          : owners.map((owner) => shortOwner(owner)),
      );
      const inUse = holders.length === 0 ? '' : `held by ${holders.join(', ')}; `;
      return `${inUse}${shortOwner(change.process)} got ${change.code}`;
    }
    case 'verdict': {
      const { before, after } = change;
      const finding = after ?? before;
      const owners = uniqueOwners(listeners);
      // The message about a row says what is wrong; the one about an unexpected listener starts with all of its owners.
      const what = finding?.expected || owners.length === 0 ? finding?.message : owners.map(ownerWithUnit).join(', ');
      return `${service(change)}${before?.verdict ?? 'none'} ${arrow} ${after?.verdict ?? 'none'}: ${what ?? ''}`;
    }
    default:
      return eventText(entry);
  }
}

export function eventText({ change, restarts, moreRestarts }: TimelineEntry): string {
  switch (change.event) {
    case 'started':
      return change.misses === null
        ? `watching by ${change.method}; the kernel reports every listener as it opens`
        : `watching; this can miss ${change.misses}`;
    case 'opened':
    case 'closed':
      return ownersText([change.socket]);
    case 'bind-failed':
      return change.message;
    case 'verdict': {
      const { before, after } = change;
      const was = `${service(change)}${before?.verdict ?? 'none'} before, `;
      return was + (after === null ? `none now: ${before?.message ?? ''}` : `${after.verdict} now: ${after.message}`);
    }
    case 'restarted': {
      const others = restarts.map(({ place }) => place).join(', ');
      const more = moreRestarts === 0 ? '' : ` and ${moreRestarts} more`;
      return others === '' ? change.message : `${change.message}; also ${others}${more}`;
    }
    case 'lost':
      return `${change.count} kernel events dropped (${lostText(change)}); reading the tables again`;
    case 'network':
      return 'a link, address or route changed';
    case 'coverage':
      return change.complete ? 'everything can be read again' : `could not be read: ${change.errors.join('; ')}`;
  }
}

function lostText({ count, suppressed }: Lost): string {
  const full = 'the buffer was full';
  if (suppressed === 0) return full;
  return suppressed === count
    ? 'too many from one source'
    : `${suppressed} too many from one source, for the others ${full}`;
}

/** `kubelet: `; empty for unexpected listeners. */
function service({ before, after }: VerdictChanged): string {
  const expected = (after ?? before)?.expected ?? null;
  return expected === null ? '' : `${expected.service}: `;
}
