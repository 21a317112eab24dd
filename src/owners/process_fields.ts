import { readFile } from 'node:fs/promises';
import type { ProcessFacts } from '../native.js';
import { textField, textOf } from '../sockets/bytes.js';
import { cgroupFacts, cgroupPathOf } from './cgroup.js';
import type { ProcessOwner } from './owner.js';

/** What an owner says of its process, out of /proc. `bootTime` is in milliseconds since the epoch. */
export function processFields(facts: ProcessFacts, bootTime: number | null): Omit<ProcessOwner, 'kind' | 'pid' | 'fd'> {
  const path = facts.cgroup === null ? null : cgroupPathOf(facts.cgroup);
  const started = bootTime === null || facts.startMs === null ? null : new Date(bootTime + facts.startMs).toISOString();
  return {
    ...textField('comm', facts.comm),
    ...textField('exe', facts.exe),
    ...textField('argv0', facts.argv0),
    ...textField('cgroup', path),
    ...cgroupFacts(path === null ? '' : textOf(path)),
    startedAt: started,
  };
}

/** Milliseconds since the epoch; `btime` in /proc/stat, in seconds (proc(5)). */
export async function readBootTime(): Promise<number | null> {
  const stat = await readFile('/proc/stat', 'latin1').catch(() => '');
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
