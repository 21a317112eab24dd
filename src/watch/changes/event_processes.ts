import type { Deadline } from '../../base/deadline.js';
import { textField } from '../../base/text.js';
import type { ProcessFacts } from '../../kernel/addon.js';
import type { ProcessOwner } from '../../kernel/owners/owner.js';
import { readFacts } from '../../kernel/owners/owner_source.js';
import { processFieldsByPid, UNKNOWN_PROCESS } from '../../kernel/owners/process_fields.js';
import { boundProcess } from './bound_names.js';
import type { SocketEvent } from './socket_event.js';

/** The kernel counts start times in ticks, 100 a second on every Linux that Node runs on (times(2)). */
const TICK_MS = 10;

/** The process that caused each event, in order, with what /proc still has of it; where /proc fails, with its pid and name. */
export async function readEventProcesses(events: readonly SocketEvent[], deadline: Deadline): Promise<ProcessOwner[]> {
  const pids = Uint32Array.from(new Set(events.map(({ pid }) => pid)));
  const { facts } = await readFacts(pids, pids, deadline).catch(() => ({ facts: [] }));
  return eventProcesses(events, facts, bootTimeOf(events));
}

/** In whole seconds, as /proc/stat has it, which takes the kernel long to print: every event has its time on both clocks. */
function bootTimeOf([event]: readonly SocketEvent[]): number | null {
  return event === undefined ? null : Math.floor((event.at - event.sinceBootMs) / 1000) * 1000;
}

/** Pure. Of a process that has ended only the name in the event is known, also where its pid was reused. */
export function eventProcesses(
  events: readonly SocketEvent[],
  facts: readonly ProcessFacts[],
  bootTime: number | null,
): ProcessOwner[] {
  const starts = new Map(facts.map(({ pid, startMs }) => [pid, startMs]));
  const fieldsByPid = processFieldsByPid(facts, bootTime);
  return events.map(({ pid, fd, comm, sinceBootMs }): ProcessOwner => {
    const start = starts.get(pid) ?? null;
    const isSame = start !== null && start <= sinceBootMs + TICK_MS;
    const fields = (isSame ? fieldsByPid.get(pid) : undefined) ?? UNKNOWN_PROCESS;
    const name = fields.comm === null ? textField('comm', comm) : {};
    return boundProcess({ kind: 'process', pid, fd, ...fields, ...name });
  });
}
