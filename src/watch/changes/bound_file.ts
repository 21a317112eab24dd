import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { readMounts } from '../../kernel/mounts.js';
import { type SocketFile, statSocketFile } from '../../kernel/sockets/socket_file.js';

/**
 * The file at a path that a process wanted to bind to, as that process sees it. null: that is not known, because the process is in
 * another user namespace, or had a relative path and has ended.
 */
export async function fileAt(path: string, pid: number, deadline: Deadline): Promise<SocketFile | null> {
  const look = () => fileSeenBy(pid, path);
  const seen = pid === 0 ? null : await deadline.read([`the file ${path} of process ${pid}`], look, () => null);
  if (seen === 'elsewhere') return null;
  if (seen !== null && seen.state !== 'absent' && seen.state !== 'unreadable') return seen;
  return path.startsWith('/') ? statSocketFile(path, await readMounts(), deadline) : null;
}

/**
 * null: the process has ended. In a user namespace of its own, any user can at any time mount an overlay of a FUSE file system, where a
 * thread that looks hangs. So its root is opened first, and only then looked at where it came from: no process returns from another
 * user namespace (user_namespaces(7)), and its open directory in /proc never becomes that of another process.
 */
async function fileSeenBy(pid: number, path: string): Promise<SocketFile | 'elsewhere' | null> {
  const process = await openDirectory(`/proc/${pid}`);
  const directory = `/proc/self/fd/${process?.fd}`;
  const root = process === null ? null : await openDirectory(`${directory}/root`);
  try {
    if (root === null) return null;
    const links = ['/proc/self/ns/user', `${directory}/ns/user`, `${directory}/cwd`];
    const [own, theirs, cwd] = await Promise.all(links.map((link) => readlink(link).catch(() => null)));
    if (typeof theirs !== 'string' || typeof cwd !== 'string') return null;
    if (theirs !== own) return 'elsewhere';
    const absolute = path.startsWith('/') ? path : `${cwd}/${path}`;
    return await statSocketFile(absolute, await readMounts(pid), NO_DEADLINE, `/proc/self/fd/${root.fd}`);
  } finally {
    await root?.close();
    await process?.close();
  }
}

/** include/uapi/asm-generic/fcntl.h */
const O_PATH = 0o10_000_000;

function openDirectory(path: string): Promise<FileHandle | null> {
  return open(path, O_PATH | constants.O_DIRECTORY).catch(() => null);
}
