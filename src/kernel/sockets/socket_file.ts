import { stat } from 'node:fs/promises';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';

/** What is at a path where a unix socket should be. */
export interface SocketFile {
  readonly path: string;
  readonly state: 'socket' | 'absent' | 'not-a-socket' | 'unreadable';
  /** `major<<20|minor` and inode number, as sock_diag gives them; null unless `state` is `socket`. */
  readonly device: number | null;
  readonly inode: number | null;
}

/** Follows links. Never throws: what cannot be read, or not in time, is `unreadable`. */
export function statSocketFile(path: string, deadline: Deadline = NO_DEADLINE): Promise<SocketFile> {
  const unreadable = (): SocketFile => ({ path, state: 'unreadable', device: null, inode: null });
  return deadline.read([`the file ${path}`], () => statFile(path), unreadable);
}

async function statFile(path: string): Promise<SocketFile> {
  try {
    const { dev, ino, mode } = await stat(path, { bigint: true });
    const isSocket = (mode & 0o170000n) === 0o140000n; // S_IFSOCK, inode(7)
    if (!isSocket) return { path, state: 'not-a-socket', device: null, inode: null };
    return { path, state: 'socket', device: kernelDevice(dev), inode: Number(ino) };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return { path, state: absent ? 'absent' : 'unreadable', device: null, inode: null };
  }
}

/** st_dev of the C library as the kernel's `major<<20|minor` (MKDEV, include/linux/kdev_t.h). */
export function kernelDevice(dev: bigint): number {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffff_ff00n);
  return Number((major << 20n) | minor);
}
