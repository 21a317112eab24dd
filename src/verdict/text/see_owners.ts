import type { Coverage } from '../../base/coverage.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Advice } from '../finding.js';
import { advice } from './commands.js';

/** How the owners of listeners can be seen, which could not be. */
export function seeOwners(sockets: readonly OwnedListener[], { sources }: Coverage): Advice {
  const unknown = new Set(sockets.map(({ ownersUnknown }) => ownersUnknown));
  if (unknown.has('permission')) {
    return advice('Run again as root: the owner belongs to another user.', 'sudo k8s-sockwatch');
  }
  if (unknown.has('confined')) {
    return advice(
      'Run again unconfined: in Kubernetes with appArmorProfile: {type: Unconfined} in the security context of the container.',
    );
  }
  if (unknown.has('not-found')) {
    const owners = sources.find(({ name }) => name === 'owners');
    if ([...(owners?.notes ?? []), ...(owners?.errors ?? [])].some(({ code }) => code === 'own-pid-namespace')) {
      return advice(
        'Run again on the host, in Kubernetes with hostPID: true: no process visible from here is the owner.',
      );
    }
    return advice(
      'Run again: the socket may be on its way from one process to another. If it still has no owner, the kernel itself has it, as for NFS.',
      'sudo k8s-sockwatch',
    );
  }
  if (unknown.has('not-looked')) return advice('Run again with owner lookup.', 'sudo k8s-sockwatch --owners auto');
  if (unknown.has('no-inode')) return advice('Run again with --allow-module-load, for a clear table.');
  return advice('Run again: the owner exited, or did not answer in time.', 'sudo k8s-sockwatch');
}
