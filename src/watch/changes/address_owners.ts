import type { Deadline } from '../../base/deadline.js';
import type { TunnelDevice } from '../../kernel/network/facts.js';
import { withKernelOwners } from '../../kernel/network/kernel_owners.js';
import { withOwners } from '../../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { FindHolders } from '../../kernel/owners/owner_source.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { type BoundSocket, socketsOnPort } from '../../kernel/sockets/bound.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import type { ListenerContext } from '../../kernel/sockets/listeners.js';
import { lookAtSocketFile } from '../../kernel/sockets/socket_file.js';
import { listenerText } from '../../verdict/text/format.js';
import type { AddressHolder } from './change.js';

export interface HolderSearch {
  readonly netns: string | null;
  readonly context: ListenerContext;
  readonly tunnels: readonly TunnelDevice[];
  readonly find: FindHolders;
  /** Until when a file is waited for. */
  readonly deadline: Deadline;
  /** Listening unix sockets, which are known from the last table. */
  readonly listeners: readonly OwnedListener[];
}

/** Who has the address that a bind or listen was refused for, as of now. `wanted` is the address that was asked for. */
export async function findAddressHolders(wanted: Listener, search: HolderSearch): Promise<AddressHolder[]> {
  if (wanted.protocol === 'unix') return findNameHolders(wanted, search);
  const sockets = await socketsOnPort(wanted.protocol, wanted.port ?? 0, search.netns, search.context);
  const inTheWay = sockets.filter(({ listener }) => overlaps(listener, wanted));
  const { listeners } = await withOwners(
    inTheWay.map(({ listener }) => listener),
    'auto',
    search.find,
  );
  const owned = withKernelOwners(listeners, search.tunnels);
  return inTheWay.map(({ kind }, at) => holderOf(kind, owned[at]));
}

function holderOf(kind: BoundSocket['kind'], socket: OwnedListener | undefined): AddressHolder {
  if (socket === undefined) throw new Error('owners are given for every listener, in order');
  const byKernel = socket.owners.some((owner) => owner.kind === 'kernel');
  return { kind: byKernel ? 'kernel' : kind, place: listenerText(socket), owners: socket.owners };
}

/**
 * Whether one socket keeps another from the same port: the same address, or either of them the wildcard. A v6only wildcard
 * leaves IPv4 alone; whether the one that was refused is v6only decides for it likewise.
 */
export function overlaps(present: Listener, wanted: Listener): boolean {
  const [a, b] = [unmapped(present.address ?? ''), unmapped(wanted.address ?? '')];
  if (a === b) return true;
  const reaches = (wildcard: Listener, other: string): boolean =>
    isWildcard(wildcard.address ?? '') &&
    (other.includes(':') ? wildcard.family === 'ipv6' : wildcard.family === 'ipv4' || wildcard.v6only !== true);
  return reaches(present, b) || reaches(wanted, a);
}

async function findNameHolders(wanted: Listener, { listeners, deadline }: HolderSearch): Promise<AddressHolder[]> {
  const place = listenerText(wanted);
  const holders = listeners
    .filter(
      ({ protocol, path, abstract }) => protocol === 'unix' && path === wanted.path && abstract === wanted.abstract,
    )
    .map(({ owners }): AddressHolder => ({ kind: 'listener', place, owners }));
  if (holders.length > 0 || wanted.path === null) return holders;
  const file = await lookAtSocketFile(wanted.path, deadline);
  return file.state === 'socket' || file.state === 'not-a-socket' ? [{ kind: 'file', place, owners: [] }] : [];
}
