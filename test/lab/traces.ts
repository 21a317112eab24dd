import { readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writableCgroupRoot } from './cgroups.js';

/** Directories in which each lab creates one. */
export async function labParents(): Promise<string[]> {
  const root = await writableCgroupRoot();
  return root === null ? [tmpdir()] : [tmpdir(), root];
}

export function directoriesOf(pid: number, parents: readonly string[]): string[] {
  return parents.flatMap((parent) =>
    readdirSync(parent)
      .filter((name) => name.startsWith(`sockwatch-lab-${pid}-`))
      .map((name) => join(parent, name)),
  );
}

/**
 * Processes with a thread in a network namespace. Any thread counts, because a main thread that has exited is in none; nor is a
 * zombie.
 */
export function processesIn(netns: number): string[] {
  const isInside = (task: string) => {
    try {
      return readlinkSync(join(task, 'ns/net')) === `net:[${netns}]`;
    } catch {
      return false;
    }
  };
  return readdirSync('/proc').filter((pid) => {
    try {
      return readdirSync(`/proc/${pid}/task`).some((tid) => isInside(`/proc/${pid}/task/${tid}`));
    } catch {
      return false;
    }
  });
}
