import { addTo } from '../../base/multimap.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import type { Facts, ListenerDifference } from './difference.js';
import { type Group, merged } from './groups.js';
import type { Pair } from './pairs.js';
import { fieldsOf } from './sides.js';

/** `startedAt` is relative to the boot time, which shifts when the clock is set. */
const SAME_START_MS = 10_000;

/** Programs none of whose processes is left, once each with all their listeners. */
export function restarts(pairs: readonly Pair[]): Facts<ListenerDifference>[] {
  const programs = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.change === 'owner' || pair.change === 'unknown') continue;
    const key = JSON.stringify([pair.after.identity.key, pair.after.isElsewhere]);
    addTo(programs, key, pair);
  }
  return [...programs.values()].flatMap((members) => {
    const [before, after] = [merged(members.map((pair) => pair.before)), merged(members.map((pair) => pair.after))];
    if (before === null || after === null) return [];
    const [was, is] = [processesOf(before), processesOf(after)];
    if (was.size === 0 || is.size === 0 || [...is.values()].some((one) => isStill(one, was.get(one.pid)))) return [];
    return [
      { ...fieldsOf(after, { before, after }), kind: 'restarted', code: 'restarted', params: {}, matters: false },
    ];
  });
}

/** By pid. */
function processesOf({ listeners }: Group): Map<number, ProcessOwner> {
  const processes = listeners.flatMap(({ owners }) => owners.filter((owner) => owner.kind === 'process'));
  return new Map(processes.map((owner) => [owner.pid, owner]));
}

/** Pids are reused. */
function isStill(one: ProcessOwner, before: ProcessOwner | undefined): boolean {
  if (before === undefined) return false;
  if (one.startedAt === null || before.startedAt === null) return true;
  return Math.abs(Date.parse(one.startedAt) - Date.parse(before.startedAt)) <= SAME_START_MS;
}
