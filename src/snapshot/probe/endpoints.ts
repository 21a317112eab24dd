import type { NetworkInterface } from '../../kernel/network/addresses.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import { isLoopback, isWildcard, unmapped } from '../../kernel/sockets/address.js';
import { endpointText } from '../../node/flag_value.js';
import type { Notes } from '../../spec/notes.js';
import { isName } from '../../verdict/finding.js';
import { matchListener } from '../../verdict/owner_match.js';

/** Where to connect. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** Why it must not be connected to; null: it may. */
  readonly refusal: 'owner-by-name' | 'owner-differs' | 'bound-to-device' | null;
}

/** The interfaces of the namespace in which it is asked. */
type Interfaces = readonly NetworkInterface[];

/**
 * Where the sockets of a row accept connections, each place once. Only the service itself is asked: what would take the connection must
 * be its own, by evidence that only root can arrange.
 */
export function endpointsOf(
  sockets: readonly OwnedListener[],
  all: readonly OwnedListener[],
  service: string,
  notes: Notes,
  interfaces: Interfaces,
): Endpoint[] {
  const places = new Map<string, Endpoint>();
  for (const socket of sockets) {
    const { address, port } = socket;
    if (address === null || port === null || matchListener(socket, service, notes, false).kind !== 'match') continue;
    const reached = reachedAt(socket, address, interfaces);
    const place = { address: reached ?? address, port };
    const refusal =
      reached === null ? 'bound-to-device' : refusalOf(takersOf(reached, port, all, interfaces), service, notes);
    places.set(endpointText(place), { ...place, refusal });
  }
  return [...places.values()];
}

/**
 * A wildcard is reached on loopback; one that may not serve IPv4 over IPv6. Bound to a device, a listener is reached at the addresses
 * of that device only, also from the node itself: what is sent there counts as received by it (ip_route_output_key_hash_rcu(),
 * net/ipv4/route.c). null: the device has none.
 */
function reachedAt({ v6only, device }: OwnedListener, address: string, interfaces: Interfaces): string | null {
  const reached = unmapped(address);
  const isIpv4 = reached.includes('.') || v6only === false;
  if (device === null || device === 'lo') {
    if (!isWildcard(address)) return reached;
    return isIpv4 ? '127.0.0.1' : '::1';
  }
  if (!isWildcard(address)) return deviceOf(reached, interfaces) === device ? reached : null;
  const own = interfaces.find(({ name }) => name === device)?.addresses ?? [];
  return own.find((one) => (one.includes(':') ? reached === '::' : isIpv4)) ?? null;
}

/** The device that receives what the node sends to this address of its own; null: unknown. */
function deviceOf(address: string, interfaces: Interfaces): string | null {
  if (isLoopback(address)) return 'lo';
  return interfaces.find(({ addresses }) => addresses.includes(address))?.name ?? null;
}

/** The listeners that a connection may arrive at: those on the address, and without any, those on a wildcard that covers it. */
function takersOf(
  address: string,
  port: number,
  all: readonly OwnedListener[],
  interfaces: Interfaces,
): readonly OwnedListener[] {
  const receiving = deviceOf(address, interfaces);
  const onPort = all.filter(
    ({ protocol, port: other, device }) =>
      protocol === 'tcp' && other === port && (device === null || receiving === null || device === receiving),
  );
  const exact = onPort.filter((one) => unmapped(one.address ?? '') === address);
  return exact.length > 0 ? exact : onPort.filter((one) => covers(one, address));
}

/** Whether a listener on a wildcard takes connections to the address; `v6only: null` may. */
function covers({ address, v6only }: OwnedListener, reached: string): boolean {
  if (address === null || !isWildcard(address)) return false;
  if (unmapped(address) === '::') return reached.includes(':') || v6only !== true;
  return !reached.includes(':');
}

function refusalOf(takers: readonly OwnedListener[], service: string, notes: Notes): Endpoint['refusal'] {
  const matches = takers.map((one) => matchListener(one, service, notes, false));
  if (matches.some(({ kind }) => kind !== 'match')) return 'owner-differs';
  return matches.some((match) => match.kind === 'match' && isName(match.by)) ? 'owner-by-name' : null;
}
