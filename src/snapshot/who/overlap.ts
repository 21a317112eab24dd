import { addTo } from '../../base/multimap.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
import type { BoundSocket } from '../../kernel/sockets/bound.js';
import type { Listener } from '../../kernel/sockets/listener.js';

/** The first of what is in the way of an address, and how many more there are. */
export interface Conflicts {
  readonly sockets: readonly BoundSocket[];
  readonly omitted: number;
}

/** At most `limit` of those of these sockets that are in the way of an address, and first those that can be to blame most. */
export function conflictsIn(sockets: readonly BoundSocket[], limit: number): (wanted: Listener) => Conflicts {
  const byAddress = groupBy(sockets, addressKey);
  const byPort = groupBy(sockets, portKey);
  const wildcards = groupBy(
    sockets.filter(({ listener }) => isWild(listener)),
    portKey,
  );
  return (one) => {
    const candidates = isWild(one)
      ? (byPort.get(portKey(one)) ?? [])
      : [...(byAddress.get(addressKey(one)) ?? []), ...(wildcards.get(portKey(one)) ?? [])];
    // A socket whose listen failed is bound to the address itself.
    const isOther = ({ inode }: Listener): boolean => one.inode === 0 || inode !== one.inode;
    const conflicting = candidates.filter(({ listener }) => isOther(listener) && overlaps(listener, one));
    const isHeld = conflicting.some(isWithoutPeer);
    // Connections to a listener have its address as well.
    return firstOf(isHeld ? conflicting.filter(isWithoutPeer) : conflicting, limit);
  };
}

function isWithoutPeer({ kind }: BoundSocket): boolean {
  return kind === 'listener' || kind === 'bound';
}

/** In the order in which they are named. */
const KINDS: readonly BoundSocket['kind'][] = ['listener', 'bound', 'client', 'time-wait'];

export function firstOf(sockets: readonly BoundSocket[], limit: number): Conflicts {
  const sorted = sockets.toSorted((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind));
  return { sockets: sorted.slice(0, limit), omitted: Math.max(0, sorted.length - limit) };
}

/**
 * Whether two sockets on one port conflict: they have the same address, or one of them is a wildcard. A v6only wildcard does not
 * conflict with IPv4, nor does a socket of one network device with that of another.
 */
export function overlaps(present: Listener, wanted: Listener): boolean {
  if (present.device !== null && wanted.device !== null && present.device !== wanted.device) return false;
  const [a, b] = [unmapped(present.address ?? ''), unmapped(wanted.address ?? '')];
  if (a === b) return true;
  const covers = (wildcard: Listener, other: string): boolean =>
    isWild(wildcard) &&
    (other.includes(':') ? wildcard.family === 'ipv6' : wildcard.family === 'ipv4' || wildcard.v6only !== true);
  return covers(present, b) || covers(wanted, a);
}

function isWild({ address }: Listener): boolean {
  return isWildcard(address ?? '');
}

function portKey({ port }: Listener): string {
  return String(port);
}

function addressKey({ port, address }: Listener): string {
  return `${port} ${unmapped(address ?? '')}`;
}

function groupBy(sockets: readonly BoundSocket[], keyOf: (listener: Listener) => string): Map<string, BoundSocket[]> {
  const groups = new Map<string, BoundSocket[]>();
  for (const socket of sockets) addTo(groups, keyOf(socket.listener), socket);
  return groups;
}
