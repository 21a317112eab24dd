import { dirname } from 'node:path';
import { stat } from '../base/files.js';
import { native } from './addon.js';
import { pathEntries } from './path_entries.js';

export interface Mount {
  /** Such as `ext4`. */
  readonly type: string;
  /** `major<<20|minor`, as sock_diag gives it; null: not in the table. */
  readonly device: number | null;
}

/** By mount point; of several mounts at one point, the last, which is visible. */
export type Mounts = ReadonlyMap<string, Mount>;

/** From /proc/self/mountinfo (proc(5)): major:minor is field 3, the mount point 5, and the type follows ` - `. */
export function parseMounts(mountinfo: string): Mounts {
  const mounts = new Map<string, Mount>();
  for (const line of mountinfo.split('\n')) {
    const [fields = '', source = ''] = line.split(' - ');
    const [type = ''] = source.split(' ');
    const [, , numbers, , point] = fields.split(' ');
    const [, major, minor] = /^(\d+):(\d+)$/.exec(numbers ?? '') ?? [];
    const device = major === undefined || minor === undefined ? null : Number(major) * 2 ** 20 + Number(minor);
    if (point !== undefined) mounts.set(unescaped(point), { type, device });
  }
  return mounts;
}

/** Device of the mount with an absolute path without links; null: unknown. */
export function mountDevice(mounts: Mounts, path: string): number | null {
  for (let at = path; ; at = dirname(at)) {
    const mount = mounts.get(at);
    if (mount !== undefined || at === '/') return mount?.device ?? null;
  }
}

/** Space, tab, newline and backslash are escaped in octal. */
function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Those of a process. Read by the addon: a worker thread that is terminated while Node.js opens a file leaves the file open. */
export async function readMounts(pid: number | 'self' = 'self'): Promise<Mounts> {
  const bytes = await native()
    .readInNetns(null, `/proc/${pid}/mountinfo`)
    .catch(() => new Uint8Array());
  return parseMounts(Buffer.from(bytes).toString());
}

/**
 * File systems that another machine or a process answers for. Where that is stopped, a thread that asks it cannot be ended, nor can
 * the process of the thread. Mounting such a file system needs no privileges (FUSE).
 */
const ANSWERED_ELSEWHERE =
  /^(?:fuse|nfs|cifs|smb|ceph|9p|afs|autofs|coda|gfs2|gpfs|beegfs|lustre|ocfs2|orangefs|panfs|virtiofs)/;

/**
 * An absolute path without its links; null where it leads to, or through, such a file system. Looks at no further than that. The one at
 * `/` does not count: without it nothing would run. `root` as in pathEntries().
 * @throws Error if there are too many links
 */
export async function resolveLocally(path: string, mounts: Mounts, root = ''): Promise<string | null> {
  let last = '/';
  for await (const { entry } of pathEntries(path, root)) {
    const mount = mounts.get(entry);
    if (mount !== undefined && ANSWERED_ELSEWHERE.test(mount.type)) return null;
    last = entry;
  }
  return last;
}

/** Whether there is a file; null: that could not be seen, or would have to be asked of another machine or process. */
export async function fileExists(path: string, mounts: Mounts): Promise<boolean | null> {
  try {
    const file = await resolveLocally(path, mounts);
    if (file === null) return null;
    await stat(file);
    return true;
  } catch (error) {
    return isAbsence(error) ? false : null;
  }
}

export function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
