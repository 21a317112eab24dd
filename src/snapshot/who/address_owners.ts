import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Deadline } from '../../base/deadline.js';
import type { OwnerPass } from '../../kernel/addon.js';
import type { TunnelDevice } from '../../kernel/network/facts.js';
import { kernelInodes, withKernelOwners } from '../../kernel/network/kernel_owners.js';
import { attachOwners, findOwners } from '../../kernel/owners/attach_owners.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { type OwnersMode, startOwnerPass, startOwnerSearch } from '../../kernel/owners/owner_source.js';
import type { BoundSocket } from '../../kernel/sockets/bound.js';
import type { Listener } from '../../kernel/sockets/listener.js';
import type { AddressOwner } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';
import type { CaptureTarget, NodeCapture } from '../capture.js';
import { type AddressSockets, findAddressSockets, type SocketSearch, type WantedAddress } from './address_sockets.js';

/** Who has an address. */
export interface AddressOwners {
  readonly holders: readonly AddressOwner[];
  /** How many more there are. */
  readonly omitted: number;
  /** Why they may not be all, or not be it. */
  readonly unknown: CoverageFault | null;
}

/** How owners are found. */
export interface HolderSearch {
  readonly mode: OwnersMode;
  /** Inode number of the namespace whose sockets the pass has in every state. */
  readonly netns: string;
  readonly firstPass: Promise<OwnerPass> | undefined;
  readonly deadline: Deadline;
}

/** Addresses in one network namespace. */
export interface AddressesOfNamespace {
  readonly wanted: readonly WantedAddress[];
  readonly found: readonly AddressSockets[];
  readonly tunnels: readonly TunnelDevice[];
  /** Sockets whose owners are known, by id. */
  readonly known: ReadonlyMap<string, OwnedListener>;
}

/** Who has these addresses, now: in one pass over all processes, and one dump of each table. In order. */
export async function findAddressOwners(
  wanted: readonly WantedAddress[],
  { netns, owners: mode, allowModuleLoad }: Pick<CaptureTarget, 'netns' | 'owners' | 'allowModuleLoad'>,
  {
    node,
    network,
  }: {
    readonly node: Pick<NodeCapture['node'], 'netns'>;
    readonly network: Pick<NodeCapture['network'], 'deviceNames' | 'tunnels'>;
  },
  deadline: Deadline,
  { fileAt, limit }: Pick<SocketSearch, 'fileAt' | 'limit'>,
): Promise<readonly AddressOwners[]> {
  const firstPass = startOwnerPass(mode, Number(node.netns));
  const found = await findAddressSockets(wanted, {
    access: { netns, allowModuleLoad, deadline },
    context: { netns: node.netns, devices: network.deviceNames },
    pass: firstPass,
    deadline,
    fileAt,
    limit,
  });
  const here = { wanted, found, tunnels: network.tunnels, known: new Map() };
  const [owners = []] = await ownersOf([here], { mode, netns: node.netns, firstPass, deadline });
  return owners;
}

/** The owners of what was found in some namespaces, in one search for all. In order. */
export async function ownersOf(
  namespaces: readonly AddressesOfNamespace[],
  { mode, netns, firstPass, deadline }: HolderSearch,
): Promise<(readonly AddressOwners[])[]> {
  const sockets = namespaces.map(({ found, tunnels, known }) => {
    const all = new Set(found.flatMap((one) => one.sockets.map(({ listener }) => listener)));
    const listeners = [...all].filter(({ id, inode }) => inode !== 0 && !known.has(id));
    return { listeners, tunnels, kernel: kernelInodes(listeners, tunnels) };
  });
  const wanted = sockets.flatMap(({ listeners }) => listeners);
  const kernel = new Set(sockets.flatMap((one) => [...one.kernel]));
  const search = () => startOwnerSearch(mode, { everyStateIn: Number(netns), deadline, firstPass });
  const answer = wanted.length === 0 ? null : (await findOwners(wanted, mode, search(), kernel)).found;
  return namespaces.map(({ wanted, found, tunnels, known }, at) => {
    const owned = withKernelOwners(attachOwners(sockets[at]?.listeners ?? [], answer), tunnels);
    const byId = new Map([...known, ...owned.map((one) => [one.id, one] as const)]);
    return wanted.map(({ listener }, index): AddressOwners => {
      const { sockets = [], file = null, omitted = 0, unknown = null } = found[index] ?? {};
      const holders = sockets.map((one) => addressOwner(one, byId.get(one.listener.id)));
      return { holders: file === null ? holders : [...holders, fileOwner(file, listener)], omitted, unknown };
    });
  });
}

/** Without an inode the kernel does not say whose it was, and gives user 0. */
function addressOwner({ kind, listener, state, remainingMs }: BoundSocket, owned?: OwnedListener): AddressOwner {
  const { id, inode, cookie } = listener;
  const isOrphan = inode === 0 && (kind === 'time-wait' || kind === 'client');
  const owners = isOrphan ? [] : (owned?.owners ?? []);
  return {
    kind: owners.some((owner) => owner.kind === 'kernel') ? 'kernel' : kind,
    place: listenerText(listener),
    owners,
    ownersUnknown: isOrphan ? null : owned === undefined ? 'no-inode' : owned.ownersUnknown,
    socket: inode === 0 && cookie === null ? null : id,
    uid: isOrphan ? null : listener.uid,
    state,
    remainingMs,
  };
}

function fileOwner(kind: 'file' | 'other-file', wanted: Listener): AddressOwner {
  const none = { owners: [], ownersUnknown: null, socket: null, uid: null, state: null, remainingMs: null };
  return { kind, place: listenerText(wanted), ...none };
}
