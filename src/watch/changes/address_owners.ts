import type { Deadline } from '../../base/deadline.js';
import { withKernelOwners } from '../../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { startOwnerSearch } from '../../kernel/owners/owner_source.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { type BoundSocket, socketsOnPort } from '../../kernel/sockets/bound.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import { statSocketFile } from '../../kernel/sockets/socket_file.js';
import type { CaptureTarget, NodeCapture } from '../../snapshot/capture.js';
import { listenerText } from '../../verdict/text/format.js';
import type { AddressOwner } from './change.js';

/** Who has an address that is in use, now; of unix sockets, as of the last capture. */
export async function findAddressOwners(
  wanted: Listener,
  { netns, owners: mode }: Pick<CaptureTarget, 'netns' | 'owners'>,
  { sockets, network }: Pick<NodeCapture, 'sockets' | 'network'>,
  deadline: Deadline,
): Promise<AddressOwner[]> {
  if (wanted.protocol === 'unix') return findNameOwners(wanted, sockets, deadline);
  const search = startOwnerSearch(mode, { everyState: true, deadline });
  const context = { netns: wanted.netns, devices: network.deviceNames };
  const onPort = await socketsOnPort(wanted.protocol, wanted.port ?? 0, netns, context);
  const conflicting = onPort.filter(({ listener }) => overlaps(listener, wanted));
  const listeners = conflicting.map(({ listener }) => listener);
  const { found } = await findOwners(listeners, mode, search);
  const owned = withKernelOwners(attachOwners(listeners, found), network.tunnels);
  return owned.map((socket, at) => addressOwner(conflicting[at]?.kind ?? 'bound', socket));
}

function addressOwner(kind: BoundSocket['kind'], socket: OwnedListener): AddressOwner {
  const isKernel = socket.owners.some((owner) => owner.kind === 'kernel');
  return { kind: isKernel ? 'kernel' : kind, place: listenerText(socket), owners: socket.owners };
}

/**
 * Whether two sockets on one port conflict: they have the same address, or one of them is a wildcard. A v6only wildcard does not
 * conflict with IPv4.
 */
export function overlaps(present: Listener, wanted: Listener): boolean {
  const [a, b] = [unmapped(present.address ?? ''), unmapped(wanted.address ?? '')];
  if (a === b) return true;
  const covers = (wildcard: Listener, other: string): boolean =>
    isWildcard(wildcard.address ?? '') &&
    (other.includes(':') ? wildcard.family === 'ipv6' : wildcard.family === 'ipv4' || wildcard.v6only !== true);
  return covers(present, b) || covers(wanted, a);
}

async function findNameOwners(
  wanted: Listener,
  sockets: readonly OwnedListener[],
  deadline: Deadline,
): Promise<AddressOwner[]> {
  const place = listenerText(wanted);
  const owners = sockets
    .filter(
      ({ protocol, path, abstract }) => protocol === 'unix' && path === wanted.path && abstract === wanted.abstract,
    )
    .map(({ owners }): AddressOwner => ({ kind: 'listener', place, owners }));
  if (owners.length > 0 || wanted.path === null) return owners;
  const { state } = await statSocketFile(wanted.path, deadline);
  return state === 'socket' || state === 'not-a-socket' ? [{ kind: 'file', place, owners: [] }] : [];
}
