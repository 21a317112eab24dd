import { readFile } from '../../base/files.js';
import { readBootTime } from './process_fields.js';

/** Whose a process is, and what started it. No snapshot has it. */
export interface ProcessOrigin {
  /** The effective one. */
  readonly uid: number;
  /** Its present parent; null for process 1, and for one whose parent is in another PID namespace. */
  readonly parent: { readonly pid: number; readonly comm: string } | null;
}

/** USER_HZ, which is the same on all architectures (include/uapi/asm-generic/param.h). */
const TICKS_PER_SECOND = 100;

/** The boot time is in whole seconds, and follows corrections of the clock. */
const SAME_START_MS = 2_000;

/** null: the process has ended, or may not be read. `startedAt`, in ISO 8601, tells it from a later one with its pid. */
export async function readProcessOrigin(pid: number, startedAt: string | null): Promise<ProcessOrigin | null> {
  const [bootTime, stat, status] = await Promise.all([readBootTime(), read(pid, 'stat'), read(pid, 'status')]);
  const { parent = 0, startMs = null } = parseStat(stat) ?? {};
  // The kernel escapes newlines in the name, which comes first.
  const uid = /^Uid:\t\d+\t(\d+)\t/m.exec(status)?.[1];
  if (uid === undefined || startMs === null || bootTime === null || startedAt === null) return null;
  if (Math.abs(bootTime + startMs - Date.parse(startedAt)) > SAME_START_MS) return null;
  const of = parent === 0 ? null : parseStat(await read(parent, 'stat'));
  return { uid: Number(uid), parent: of === null ? null : { pid: parent, comm: of.comm } };
}

function read(pid: number, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
}

interface Stat {
  readonly comm: string;
  readonly parent: number;
  /** Since boot. */
  readonly startMs: number;
}

/** Fields 2, 4 and 22 of /proc/PID/stat (proc(5)). The name may have parentheses and spaces, so the last one ends it. Pure. */
function parseStat(stat: string): Stat | null {
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ');
  const [parent, start] = [Number(fields[1]), Number(fields[19])];
  if (end < 0 || !Number.isSafeInteger(parent) || !Number.isSafeInteger(start)) return null;
  return { comm: stat.slice(stat.indexOf('(') + 1, end), parent, startMs: (start * 1000) / TICKS_PER_SECOND };
}
