import { basename, dirname, join } from 'node:path';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { lstat, readlink, stat } from '../../base/files.js';
import { isAbsence, type Mounts, mountDevice, resolveLocally } from '../mounts.js';
import { pathEntries } from '../path_entries.js';

/** What is at a path where a unix socket should be. */
export interface SocketFile {
  readonly path: string;
  /** `not-a-socket`: also a link that leads nowhere. */
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
 * for, which is not asked. `root` is the root directory that the path starts at, and `mounts` are those seen from there.
 */
export function statSocketFile(
  path: string,
  mounts: Mounts,
  deadline: Deadline = NO_DEADLINE,
  root = '',
): Promise<SocketFile> {
  return deadline.read(
    [`the file ${root}${path}`],
    () => statFile(path, mounts, root),
    () => unreadFile(path),
  );
}

/** A file that cannot be looked at. */
export function unreadFile(path: string): SocketFile {
  return { ...NO_FILE, path, state: 'unreadable' };
}

const NO_FILE = { device: null, inode: null, mountDevice: null, isProtected: null } as const;

async function statFile(path: string, mounts: Mounts, root: string): Promise<SocketFile> {
  try {
    const target = await resolveLocally(path, mounts, root);
    if (target === null) return unreadFile(path);
    const { dev, ino, mode } = await stat(`${root}${target}`, { bigint: true });
    if ((mode & S_IFMT) !== S_IFSOCK) return { ...NO_FILE, path, state: 'not-a-socket' };
    const isProtected = await isRootsAlone(path, root).catch(() => null);
    const file = { device: kernelDevice(dev), inode: Number(ino), mountDevice: mountDevice(mounts, target) };
    return { path, state: 'socket', ...file, isProtected };
  } catch (error) {
    if (!isAbsence(error)) return unreadFile(path);
    return { ...NO_FILE, path, state: (await isLink(path, mounts, root)) ? 'not-a-socket' : 'absent' };
  }
}

/** A link that leads nowhere is in the way of a bind all the same. */
async function isLink(path: string, mounts: Mounts, root: string): Promise<boolean> {
  const directory = await resolveLocally(dirname(path), mounts, root).catch(() => null);
  if (directory === null) return false;
  return readlink(`${root}${join(directory, basename(path))}`).then(
    () => true,
    () => false,
  );
}

/** inode(7) */
const S_IFMT = 0o170000n;
const S_IFSOCK = 0o140000n;
const S_ISVTX = 0o1000;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Whether root alone can change any directory on the way to a file, links included: each is root's and not writable by others, or is
 * sticky and what is in it on the way is root's.
 * @throws Error if there are too many links, or the system's error
 */
export async function isRootsAlone(path: string, root = ''): Promise<boolean> {
  for await (const { directory, entry } of pathEntries(path, root)) {
    const { uid, mode } = await lstat(`${root}${directory}`);
    if (uid !== 0) return false;
    const isOpen = (mode & WRITABLE_BY_OTHERS) !== 0;
    if (isOpen && ((mode & S_ISVTX) === 0 || (await lstat(`${root}${entry}`)).uid !== 0)) return false;
  }
  return true;
}

/** st_dev of the C library as the kernel's `major<<20|minor` (MKDEV, include/linux/kdev_t.h). */
export function kernelDevice(dev: bigint): number {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffff_ff00n);
  return Number((major << 20n) | minor);
}
