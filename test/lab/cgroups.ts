import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from './wait.js';

/** The mount point of the cgroup2 hierarchy, alone or beside v1 (proc_pid_mountinfo(5)); null if it is not writable. */
export async function writableCgroupRoot(): Promise<string | null> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  for (const line of mounts.split('\n')) {
    const [before, after] = line.split(' - ');
    const mountPoint = before?.split(' ')[4];
    if (mountPoint === undefined || !after?.startsWith('cgroup2 ')) continue;
    try {
      await access(mountPoint, constants.W_OK);
      return mountPoint;
    } catch {
      return null;
    }
  }
  return null;
}

/** The cgroups of one lab, below a directory that represents the root of a node's hierarchy. */
export class Cgroups {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The directory of a cgroup such as `system.slice/ssh.service`, which is created if it does not exist. */
  async directory(path: string): Promise<string> {
    const directory = join(this.#root, path);
    await mkdir(directory, { recursive: true });
    return directory;
  }

  async remove(): Promise<void> {
    await removeCgroup(this.#root);
  }
}

/** Kills all processes in a cgroup and its descendants, and removes it. */
export async function removeCgroup(directory: string): Promise<void> {
  // Missing before Linux 5.14, where the processes of a lab still die with their parent.
  await writeFile(join(directory, 'cgroup.kill'), '1').catch(() => {});
  await removeTree(directory);
}

async function removeTree(directory: string): Promise<void> {
  let entries: string[];
  try {
    entries = (await readdir(directory, { withFileTypes: true })).filter((e) => e.isDirectory()).map((e) => e.name);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw error;
  }
  for (const entry of entries) await removeTree(join(directory, entry));
  // Busy until all its processes are not only dead but reaped.
  await waitFor(`${directory} to be empty`, () => removed(directory));
}

async function removed(directory: string): Promise<true | null> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (isErrno(error, 'EBUSY')) return null;
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return true;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
