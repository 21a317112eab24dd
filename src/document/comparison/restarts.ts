import type { ProcessOwner } from '../../owners/owner.js';
import { printable } from '../../sockets/bytes.js';
import type { ListenerDifference } from './difference.js';
import type { Group } from './groups.js';
import type { Pair } from './pairs.js';
import { placesOf, sideOf, whoOf } from './words.js';

/** `startedAt` rests on the boot time, which shifts a little when the clock is set. */
const SAME_START_MS = 10_000;

/** Programs none of whose processes is left, once each, with all their places. */
export function restarts(pairs: readonly Pair[]): ListenerDifference[] {
  const programs = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.by === 'owner' || pair.by === 'unseen') continue;
    const key = JSON.stringify([pair.after.identity.key, pair.after.isElsewhere]);
    programs.set(key, [...(programs.get(key) ?? []), pair]);
  }
  return [...programs.values()].flatMap((members) => {
    const [first] = members;
    const [was, is] = [
      members.flatMap((one) => processesOf(one.before)),
      members.flatMap((one) => processesOf(one.after)),
    ];
    if (first === undefined || was.length === 0 || is.length === 0 || was.some((one) => is.some(isSame(one))))
      return [];
    const all = (side: 'before' | 'after'): Group => ({
      ...first[side],
      listeners: members.flatMap((one) => one[side].listeners),
    });
    const after = all('after');
    return [
      {
        kind: 'restarted' as const,
        matters: false,
        message: printable(
          `${whoOf(after)} was restarted: ${pidsOf(was)} is now ${pidsOf(is)}; it listens on ${placesOf(after)}`,
        ),
        program: printable(after.identity.program),
        protocol: after.protocol,
        before: sideOf(all('before')),
        after: sideOf(after),
      },
    ];
  });
}

function processesOf({ listeners }: Group): ProcessOwner[] {
  return listeners.flatMap(({ owners }) => owners.filter((owner) => owner.kind === 'process'));
}

function isSame(one: ProcessOwner): (other: ProcessOwner) => boolean {
  return (other) => {
    if (one.pid !== other.pid) return false;
    if (one.startedAt === null || other.startedAt === null) return true;
    return Math.abs(Date.parse(one.startedAt) - Date.parse(other.startedAt)) <= SAME_START_MS;
  };
}

function pidsOf(processes: readonly ProcessOwner[]): string {
  const pids = [...new Set(processes.map(({ pid }) => pid))].sort((a, b) => a - b);
  return `pid ${pids.slice(0, 4).join(', ')}${pids.length > 4 ? ', …' : ''}`;
}
