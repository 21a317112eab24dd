import { readlink } from 'node:fs/promises';
import type { Deadline } from '../../base/deadline.js';
import { readMounts } from '../../kernel/mounts.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import { type SocketFile, statSocketFile } from '../../kernel/sockets/socket_file.js';

/**
 * The file at a path that a process wanted to bind to, as that process sees it. null: a relative path of a process that has ended.
 */
export async function fileAt(path: string, pid: number, deadline: Deadline): Promise<SocketFile | null> {
  const isAbsolute = path.startsWith('/');
  const directory = isAbsolute ? '/' : await readlink(`/proc/${pid}/cwd`).catch(() => null);
  // Without mounts the process has ended. Those of its own may be of another machine or process, which must not be asked.
  const mounts = pid === 0 || directory === null ? null : await readMounts(pid);
  if (mounts !== null && directory !== null && mounts.size > 0) {
    const file = await statSocketFile(`${directory}/${path}`, mounts, deadline, `/proc/${pid}/root`);
    if (file.state !== 'absent' && file.state !== 'unreadable') return file;
  }
  return isAbsolute ? statSocketFile(path, await readMounts(), deadline) : null;
}

/** Whether a socket was bound to this file; by name where the table does not say to which. */
export function isAtFile({ file, path }: Listener, at: SocketFile, wanted: string | null): boolean {
  return file === null ? path === wanted : file.device === at.device && file.inode === at.inode;
}
