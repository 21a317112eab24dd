import { SockwatchError } from '../base/errors.js';
import { isKernelError, type Netns, native } from './addon.js';

/** Opens a network namespace by path; null: our own. @throws SockwatchError ERR_NETNS where it cannot be entered */
export function openNetns(path: string | null): Netns | null {
  if (path === null) return null;
  try {
    return native().openNetns(path);
  } catch (error) {
    if (!isKernelError(error)) throw error;
    const why = error.code === 'EINVAL' ? 'it is no network namespace' : error.message;
    throw new SockwatchError('ERR_NETNS', `cannot look into ${path}: ${why}`, {
      hint: 'name one such as /proc/1234/ns/net or /run/netns/NAME; entering another namespace needs root, unconfined',
      syscall: error.syscall,
      errno: error.errno,
      cause: error,
    });
  }
}

/** Of the namespace that this process has as long as it runs; asked once, as /proc can hang later. */
let own: string | null = null;

/** Inode number of a namespace. @throws SockwatchError ERR_NETNS where /proc does not show our own */
export function identifyNetns(netns: Netns | null): string {
  if (netns !== null) return String(netns.inode);
  try {
    own ??= String(native().ownNetnsInode());
    return own;
  } catch (error) {
    if (!isKernelError(error)) throw error;
    throw new SockwatchError('ERR_NETNS', `cannot identify the network namespace: ${error.message}`, {
      ...(error.code === 'ENOENT'
        ? { hint: 'sockets, owners and namespaces are read from /proc, which must be mounted' }
        : {}),
      syscall: error.syscall,
      errno: error.errno,
      cause: error,
    });
  }
}
