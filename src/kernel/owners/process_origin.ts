import { Deadline } from '../../base/deadline.js';
import { readFile } from '../../base/files.js';
import { textOf } from '../../base/text.js';
import type { ProcessFacts } from '../addon.js';
import { readFacts } from './owner_source.js';
import { readBootTime } from './process_fields.js';

/** Whose a process is, and what started it. No snapshot has it. */
export interface ProcessOrigin {
  /** The effective one. */
  readonly uid: number;
  /** Its present parent; null for process 1, and for one whose parent is in another PID namespace. */
  readonly parent: { readonly pid: number; readonly comm: string } | null;
}

/** The boot time is in whole seconds, and follows corrections of the clock. */
const SAME_START_MS = 2_000;

/** Details are shown without it where the process hangs. */
const ANSWER_MS = 2_000;

/** null: the process has ended, or may not be read. `startedAt`, in ISO 8601, tells it from a later one with its pid. */
export async function readProcessOrigin(pid: number, startedAt: string | null): Promise<ProcessOrigin | null> {
  const status = readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const [bootTime, text, facts] = await Promise.all([readBootTime(), status, factsOf(pid)]);
  // The kernel escapes newlines in the name, which comes first.
  const uid = /^Uid:\t\d+\t(\d+)\t/m.exec(text)?.[1];
  const parent = Number(/^PPid:\t(\d+)$/m.exec(text)?.[1] ?? 0);
  const startMs = facts?.startMs ?? null;
  if (uid === undefined || startMs === null || bootTime === null || startedAt === null) return null;
  if (Math.abs(bootTime + startMs - Date.parse(startedAt)) > SAME_START_MS) return null;
  const comm = parent === 0 ? null : ((await factsOf(parent))?.comm ?? null);
  return { uid: Number(uid), parent: comm === null ? null : { pid: parent, comm: textOf(comm) } };
}

async function factsOf(pid: number): Promise<ProcessFacts | undefined> {
  const ids = Uint32Array.of(pid);
  return (await readFacts(ids, ids, new Deadline(ANSWER_MS))).facts[0];
}
