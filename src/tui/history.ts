import { isDeepStrictEqual } from 'node:util';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Expected, Finding } from '../verdict/finding.js';
import { ownersText } from '../verdict/text/format.js';
import { lastClosing } from './last_held.js';
import type { Data } from './state.js';
import { clockText, dateText } from './text.js';
import type { TimelineEntry } from './timeline.js';

/** A process that ends closes its listeners at once. */
const TOGETHER_MS = 5_000;

/**
 * Of a row that is missing, or no longer applies: who had it last, until when, and why it may have gone. Empty where nothing was
 * watched.
 */
export function historyOf({ expected, verdict }: Finding, data: Data): readonly string[] {
  const { timeline, started } = data;
  const isGone = verdict === 'missing' || verdict === 'not-applicable';
  if (!isGone || expected === null || started === null) return [];
  const closed = lastClosing(expected, timeline);
  if (closed?.change.event !== 'closed') {
    if (verdict === 'not-applicable') return [];
    const dropped = timeline.dropped === 0 ? '' : '; older events were dropped';
    return [`not seen since watching began at ${clockText(Date.parse(started.at))}${dropped}`];
  }
  const { socket } = closed.change;
  const other = isOther(socket, expected, data) ? ` (not ${expected.service})` : '';
  return [`${ownersText([socket])}${other}, until ${dateText(closed.at)}`, ...reasons(closed, socket, data)];
}

/** It had the address of the row, and was another program. */
function isOther({ id }: OwnedListener, expected: Expected, { timeline }: Data): boolean {
  return timeline.entries.some(
    ({ change }) =>
      change.event === 'verdict' &&
      [change.before, change.after].some(
        (one) =>
          one?.verdict === 'wrong-owner' && one.sockets.includes(id) && isDeepStrictEqual(one.expected, expected),
      ),
  );
}

/** What the other events say of it, and the listeners that there are now. */
function reasons(closed: TimelineEntry, socket: OwnedListener, { timeline, document }: Data): string[] {
  const pids = pidsOf(socket);
  if (pids.length === 0) return [];
  const isOfIt = (one: OwnedListener): boolean => pidsOf(one).some((pid) => pids.includes(pid));
  const isRunning =
    document?.sockets.some(isOfIt) === true ||
    document?.node.services?.some((service) => service.pids?.some((pid) => pids.includes(pid)) === true) === true;
  const others = timeline.entries.filter(
    ({ at, change }) =>
      change.event === 'closed' &&
      change.socket !== socket &&
      isOfIt(change.socket) &&
      Math.abs(Date.parse(at) - Date.parse(closed.at)) <= TOGETHER_MS,
  ).length;
  return [
    isRunning ? 'its process still runs' : 'its process has probably ended: it has no listeners left',
    ...(others === 0
      ? []
      : [`it closed ${others} other listener${others === 1 ? '' : 's'} within ${TOGETHER_MS / 1000} s`]),
  ];
}

function pidsOf({ owners }: OwnedListener): number[] {
  return owners.flatMap((owner) => (owner.kind === 'process' ? [owner.pid] : []));
}
