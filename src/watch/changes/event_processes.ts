import type { Deadline } from '../../base/deadline.js';
import { textField } from '../../base/text.js';
import type { ProcessFacts } from '../../kernel/addon.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { readFacts } from '../../kernel/owners/owner_source.js';
import { NOTHING_KNOWN, processFieldsByPid, readBootTime } from '../../kernel/owners/process_fields.js';
import type { SocketEvent } from './socket_event.js';

/** Starts of processes are told in ticks of the clock, of which there are 100 a second on every kernel we know (times(2)). */
const TICK_MS = 10;

/** Who did each of these things, in order, with what /proc still says of it. */
export async function readActors(events: readonly SocketEvent[], deadline: Deadline): Promise<ProcessOwner[]> {
  if (events.length === 0) return [];
  const pids = Uint32Array.from(new Set(events.map(({ pid }) => pid)));
  const [{ facts }, bootTime] = await Promise.all([readFacts(pids, pids, deadline), readBootTime()]);
  return actorsOf(events, facts, bootTime);
}

/** Pure. Of a process that has ended only the name is known, from the event; also where its number is another's by now. */
export function actorsOf(
  events: readonly SocketEvent[],
  facts: readonly ProcessFacts[],
  bootTime: number | null,
): ProcessOwner[] {
  const [starts, fields] = [
    new Map(facts.map(({ pid, startMs }) => [pid, startMs])),
    processFieldsByPid(facts, bootTime),
  ];
  return events.map(({ pid, fd, comm, sinceBootMs }): ProcessOwner => {
    const found = fields.get(pid);
    const start = starts.get(pid) ?? null;
    const isTheSame = start !== null && start <= sinceBootMs + TICK_MS;
    const known = found !== undefined && isTheSame ? found : NOTHING_KNOWN;
    const name = known.comm === null ? textField('comm', comm) : {};
    return { kind: 'process', pid, fd, ...known, ...name };
  });
}
