import type { KernelOwner, OwnedListener } from '../owners/owner.js';
import type { Listener } from '../sockets/listener.js';
import type { TunnelDevice } from './facts.js';

/** Inodes of listeners that may belong to the kernel, by the ports of its tunnel devices. */
export function kernelInodes(listeners: readonly Listener[], tunnels: readonly TunnelDevice[]): Set<number> {
  const ports = new Set(tunnels.map(({ port }) => port));
  const inodes = new Set<number>();
  for (const { protocol, port, inode } of listeners) {
    if (protocol === 'udp' && port !== null && ports.has(port)) inodes.add(inode);
  }
  return inodes;
}

/**
 * Names the kernel as owner of each UDP socket without a process where a tunnel device of the same namespace has its port. Otherwise
 * the owner stays unknown: its process may be hidden.
 */
export function withKernelOwners(
  listeners: readonly OwnedListener[],
  tunnels: readonly TunnelDevice[],
): OwnedListener[] {
  return listeners.map((listener) => {
    if (listener.protocol !== 'udp' || listener.owners.length > 0 || listener.ownersUnknown === 'not-looked') {
      return listener;
    }
    const owners = tunnels
      .filter(({ port }) => port === listener.port)
      .map(({ device, kind }): KernelOwner => ({ kind: 'kernel', device, deviceKind: kind }));
    return owners.length === 0 ? listener : { ...listener, owners, ownersUnknown: null };
  });
}
