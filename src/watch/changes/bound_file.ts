import { existsSync } from 'node:fs';
import type { Deadline } from '../../base/deadline.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import { type SocketFile, statSocketFile } from '../../kernel/sockets/socket_file.js';

/**
 * The file at a path that a process wanted to bind to, as that process sees it. null: a relative path of a process that has ended.
 */
export async function fileAt(path: string, pid: number, deadline: Deadline): Promise<SocketFile | null> {
  const isAbsolute = path.startsWith('/');
  const place = `/proc/${pid}/${isAbsolute ? 'root' : 'cwd'}`;
  if (pid !== 0 && existsSync(`/proc/${pid}`)) {
    const file = await statSocketFile(`${place}/${path}`, deadline);
    if (file.state !== 'absent' && file.state !== 'unreadable') return file;
  }
  return isAbsolute ? statSocketFile(path, deadline) : null;
}

/** Whether a socket was bound to this file; by name where the table does not say to which. */
export function isAtFile({ file, path }: Listener, at: SocketFile, wanted: string | null): boolean {
  return file === null ? path === wanted : file.device === at.device && file.inode === at.inode;
}
