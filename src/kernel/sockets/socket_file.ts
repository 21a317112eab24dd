import { lstat, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { isAnsweredElsewhere, type Mounts, readMounts } from '../mounts.js';

/** What is at a path where a unix socket should be. */
export interface SocketFile {
  readonly path: string;
  readonly state: 'socket' | 'absent' | 'not-a-socket' | 'unreadable';
  /** `major<<20|minor` and inode number, as sock_diag gives them; null unless `state` is `socket`. */
  readonly device: number | null;
  readonly inode: number | null;
  /** Device of the mount that it is on, which is what sock_diag gives; null: unknown, or no socket. */
  readonly mountDevice: number | null;
  /** Whether root alone can put another file there; null: unknown. */
  readonly isProtected: boolean | null;
}

/**
 * Follows links. Never throws: what cannot be read, or not in time, is `unreadable`, as is what another machine or a process answers
 * for, which is not asked.
 */
export function statSocketFile(
  path: string,
  deadline: Deadline = NO_DEADLINE,
  mounts: Promise<Mounts> = readMounts(),
): Promise<SocketFile> {
  const unreadable = (): SocketFile => ({ ...NO_FILE, path, state: 'unreadable' });
  const read = async (): Promise<SocketFile> =>
    (await isAnsweredElsewhere(path, await mounts)) ? unreadable() : statFile(path);
  return deadline.read([`the file ${path}`], read, unreadable);
}

const NO_FILE = { device: null, inode: null, mountDevice: null, isProtected: null } as const;

async function statFile(path: string): Promise<SocketFile> {
  try {
    const { dev, ino, mode } = await stat(path, { bigint: true });
    if ((mode & S_IFMT) !== S_IFSOCK) return { ...NO_FILE, path, state: 'not-a-socket' };
    const [target, mountinfo] = await Promise.all([realpath(path), readFile('/proc/thread-self/mountinfo', 'latin1')]);
    const isProtected = await isRootsAlone(path).catch(() => null);
    const file = { device: kernelDevice(dev), inode: Number(ino), mountDevice: mountDevice(mountinfo, target) };
    return { path, state: 'socket', ...file, isProtected };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return { ...NO_FILE, path, state: absent ? 'absent' : 'unreadable' };
  }
}

/** inode(7) */
const S_IFMT = 0o170000n;
const S_IFSOCK = 0o140000n;
const S_IFLNK = 0o120000;
const S_ISVTX = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/** As many links as the kernel follows (MAXSYMLINKS, include/linux/namei.h). */
const MAX_LINKS = 40;

/**
 * Whether root alone can change any directory on the way to a file, links included: each is root's and not writable by others, or is
 * sticky and what is in it on the way is root's.
 */
export async function isRootsAlone(path: string): Promise<boolean> {
  let at = '/';
  let ahead = path.split('/').filter((part) => part !== '');
  let links = 0;
  while (ahead.length > 0) {
    const [name = '', ...rest] = ahead;
    ahead = rest;
    if (name === '.') continue;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const directory = await lstat(at);
    const entry = await lstat(join(at, name));
    if (directory.uid !== 0) return false;
    const isOpen = (directory.mode & WRITABLE_BY_OTHERS) !== 0;
    if (isOpen && ((directory.mode & S_ISVTX) === 0 || entry.uid !== 0)) return false;
    if ((entry.mode & Number(S_IFMT)) !== S_IFLNK) {
      at = join(at, name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return false;
    const target = await readlink(join(at, name));
    if (target.startsWith('/')) at = '/';
    ahead = [...target.split('/').filter((part) => part !== ''), ...ahead];
  }
  return true;
}

/** Device of the mount with a path, from mountinfo (proc(5)): major:minor is field 3, the mount point 5. Of several the last is on top. */
export function mountDevice(mountinfo: string, path: string): number | null {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [, , numbers, , point] = line.split(' ');
    const [, major, minor] = /^(\d+):(\d+)$/.exec(numbers ?? '') ?? [];
    if (point === undefined || major === undefined || minor === undefined) return [];
    const bytes = point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const directory = Buffer.from(bytes, 'latin1').toString();
    const isAbove = path === directory || path.startsWith(directory === '/' ? '/' : `${directory}/`);
    return isAbove ? [{ length: directory.length, device: Number(major) * 2 ** 20 + Number(minor) }] : [];
  });
  const longest = Math.max(...mounts.map(({ length }) => length));
  return mounts.filter(({ length }) => length === longest).at(-1)?.device ?? null;
}

/** st_dev of the C library as the kernel's `major<<20|minor` (MKDEV, include/linux/kdev_t.h). */
export function kernelDevice(dev: bigint): number {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffff_ff00n);
  return Number((major << 20n) | minor);
}
