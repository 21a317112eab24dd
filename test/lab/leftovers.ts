import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeCgroup } from './cgroups.js';

/** `sockwatch-lab-PID-STARTTIME-NUMBER`: a pid alone may belong to somebody else by the time it is looked up. */
const NAME = /^sockwatch-lab-(\d+)-(\d+)-\d+$/;

let labs = 0;

/** A name for a lab of this process, under which its directories can be told from those of processes that are gone. */
export async function labName(): Promise<string> {
  labs += 1;
  return `sockwatch-lab-${process.pid}-${await startTime(String(process.pid))}-${labs}`;
}

/** The lab's directory. Others may look into it: services and commands of other users run from there. */
export async function makeLabDirectory(name: string): Promise<string> {
  const directory = join(tmpdir(), name);
  await mkdir(directory, { mode: 0o755 });
  return directory;
}

export async function removeLabDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes what labs left behind whose process was killed before it could clean up. */
export async function sweepLeftovers(cgroupRoot: string | null): Promise<void> {
  // In this order: a straggler is killed with its cgroup, and only then is nobody left to write into the directory.
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

/** When a process started, in ticks since boot; null where it is gone (or dead and not yet waited for). */
async function startTime(pid: string): Promise<string | null> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // proc(5): the state is the third field, the start time the 22nd; comm before them may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? null : (fields[19] ?? null);
}
