import { printable } from '../../base/text.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import type { ListenerDifference } from './difference.js';
import { placesOf, sideOf, whoOf } from './format.js';
import { type Group, merged } from './groups.js';
import { addTo } from './multimap.js';
import type { Pair } from './pairs.js';

/** `startedAt` rests on the boot time, which shifts a little when the clock is set. */
const SAME_START_MS = 10_000;

/** Programs none of whose processes is left, once each, with all their places. */
export function restarts(pairs: readonly Pair[]): ListenerDifference[] {
  const programs = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.by === 'owner' || pair.by === 'unseen') continue;
    const key = JSON.stringify([pair.after.identity.key, pair.after.isElsewhere]);
    addTo(programs, key, pair);
  }
  return [...programs.values()].flatMap((members) => {
    const [before, after] = [merged(members.map((pair) => pair.before)), merged(members.map((pair) => pair.after))];
    if (before === null || after === null) return [];
    const [was, is] = [processesOf(before), processesOf(after)];
    if (was.size === 0 || is.size === 0 || [...is.values()].some((one) => isStill(one, was.get(one.pid)))) return [];
    const how = `${pidsOf(was)} is now ${pidsOf(is)}`;
    const message = printable(`${whoOf(after)} was restarted: ${how}; it listens on ${placesOf(after)}`);
    const [program, protocol] = [printable(after.identity.program), after.protocol];
    const sides = { before: sideOf(before), after: sideOf(after) };
    return [{ kind: 'restarted' as const, matters: false, message, program, protocol, ...sides }];
  });
}

/** By their numbers. */
function processesOf({ listeners }: Group): Map<number, ProcessOwner> {
  const processes = listeners.flatMap(({ owners }) => owners.filter((owner) => owner.kind === 'process'));
  return new Map(processes.map((owner) => [owner.pid, owner]));
}

/** Numbers of processes are used again. */
function isStill(one: ProcessOwner, before: ProcessOwner | undefined): boolean {
  if (before === undefined) return false;
  if (one.startedAt === null || before.startedAt === null) return true;
  return Math.abs(Date.parse(one.startedAt) - Date.parse(before.startedAt)) <= SAME_START_MS;
}

function pidsOf(processes: ReadonlyMap<number, ProcessOwner>): string {
  const pids = [...processes.keys()].sort((a, b) => a - b);
  return `pid ${pids.slice(0, 4).join(', ')}${pids.length > 4 ? ', …' : ''}`;
}
