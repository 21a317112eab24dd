import type { OwnedListener } from '../../kernel/owners/owner.js';
import { isWildcard, unmapped } from '../../kernel/sockets/address.js';
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

/**
 * Where the sockets of a row accept connections, each place once. Only the service itself is asked: what would take the connection must
 * be its own, by evidence that only root can arrange.
 */
export function endpointsOf(
  sockets: readonly OwnedListener[],
  all: readonly OwnedListener[],
  service: string,
  notes: Notes,
): Endpoint[] {
  const places = new Map<string, { readonly address: string; readonly port: number; readonly isReached: boolean }>();
  for (const socket of sockets) {
    const { address, port } = socket;
    if (address === null || port === null || matchListener(socket, service, notes, false).kind !== 'match') continue;
    const place = { address: reachedAt(socket, address), port, isReached: isReached(socket) };
    if (place.isReached || !places.has(endpointText(place))) places.set(endpointText(place), place);
  }
  return [...places.values()].map(({ address, port, isReached }) => ({
    address,
    port,
    refusal: isReached ? refusalOf(takersOf(address, port, all), service, notes) : 'bound-to-device',
  }));
}

/** A wildcard is reached on loopback; one that may not serve IPv4 over IPv6. */
function reachedAt({ v6only }: OwnedListener, address: string): string {
  if (!isWildcard(address)) return unmapped(address);
  return unmapped(address) === '::' && v6only !== false ? '::1' : '127.0.0.1';
}

/** What a node sends to itself comes in on loopback, whatever the address (__mkroute_output(), net/ipv4/route.c). */
function isReached({ device }: OwnedListener): boolean {
  return device === null || device === 'lo';
}

/** The listeners that a connection may arrive at: those on the address, and without any, those on a wildcard that covers it. */
function takersOf(address: string, port: number, all: readonly OwnedListener[]): readonly OwnedListener[] {
  const onPort = all.filter((one) => one.protocol === 'tcp' && one.port === port && isReached(one));
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
