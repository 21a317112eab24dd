import { readFileSync } from 'node:fs';

export interface Cost {
  /** Of all its threads, user and system, since it started. */
  readonly cpuMs: number;
  readonly residentMiB: number;
  readonly peakMiB: number;
}

/** Of the kernel's clock ticks that /proc tells of there are 100 a second on every architecture (USER_HZ). */
const TICK_MS = 10;

/** What a process costs, by /proc/PID/stat and /proc/PID/status (proc(5)). */
export function costOf(pid: number): Cost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // utime and stime are the 14th and the 15th field; comm before them may hold spaces and brackets.
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
