import { readFileSync } from 'node:fs';

export interface Cost {
  /** User and system time of all threads since the start. */
  readonly cpuMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

/** A clock tick in /proc is 1/100 s on every architecture (USER_HZ). */
const TICK_MS = 10;

/** From /proc/PID/stat and /proc/PID/status (proc(5)). */
export function costOf(pid: number): Cost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // utime and stime are fields 14 and 15; comm before them can contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    residentMiB: mebibytes('VmRSS'),
    peakMiB: mebibytes('VmHWM'),
  };
}
