import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCgroup } from './cgroups.js';

/** `sockwatch-lab-PID-STARTTIME-NUMBER`: with the start time, because pids are reused. */
const NAME = /^sockwatch-lab-(\d+)-(\d+)-\d+$/;

let labs = 0;

/** A name for a lab of this process. Shows later whether the process still runs. */
export async function labName(): Promise<string> {
  labs += 1;
  return `sockwatch-lab-${process.pid}-${await startTime(String(process.pid))}-${labs}`;
}

/** Creates the lab's directory, readable by others because services and commands of other users run from there. */
export async function makeLabDirectory(name: string): Promise<string> {
  const directory = join(tmpdir(), name);
  await mkdir(directory, { mode: 0o755 });
  return directory;
}

export async function removeLabDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the directories and cgroups of labs whose process was killed. */
export async function sweepLeftovers(cgroupRoot: string | null): Promise<void> {
  // Cgroups first: their processes could still write into the directories.
  if (cgroupRoot !== null) {
    for (const cgroup of await leftoversIn(cgroupRoot)) await removeCgroup(cgroup);
  }
  for (const directory of await leftoversIn(tmpdir())) await removeLabDirectory(directory);
}

async function leftoversIn(parent: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(parent)) {
    const [, pid, started] = NAME.exec(entry) ?? [];
    if (pid !== undefined && (await startTime(pid)) !== started) found.push(join(parent, entry));
  }
  return found;
}

/** The start time of a process in ticks since boot; null if it has exited, reaped or not. */
async function startTime(pid: string): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // proc(5): the state is field 3, the start time field 22; comm before them may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}
