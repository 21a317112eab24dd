import { isInNetwork, isLoopback, isWildcard, unmapped } from '../kernel/sockets/address.js';
import type { Listener } from '../kernel/sockets/listener.js';
import type { Host } from '../spec/rows.js';
import type { NodeFacts } from './capture.js';

/**
 * Where a listener can be reached: on every address of the node, on loopback, on one of the node's own addresses, on the link of
 * one interface only (fe80::/10, 169.254.0.0/16), on another address.
 */
export type Scope = 'wildcard' | 'loopback' | 'default' | 'link' | 'other';

/** What a scope depends on. */
export type ScopeFacts = Pick<NodeFacts, 'defaultInterface' | 'defaultAddresses' | 'interfaces'>;

/** Scope of a TCP or UDP listener. A wildcard socket bound to a device is reachable through that device only. */
export function scopeOf(listener: Listener, node: ScopeFacts): Scope {
  const address = listener.address ?? '';
  if (isLoopback(address)) return 'loopback';
  if (isWildcard(address)) {
    if (listener.device === null) return 'wildcard';
    if (listener.device === 'lo') return 'loopback';
    if (listener.device === node.defaultInterface?.name) return 'default';
    const device = node.interfaces.find(({ name }) => name === listener.device);
    return device?.addresses.some((one) => node.defaultAddresses.includes(one)) === true ? 'default' : 'other';
  }
  const plain = unmapped(address);
  if (node.defaultAddresses.includes(plain)) return 'default';
  return LINK_LOCAL.some(([network, prefix]) => isInNetwork(plain, network, prefix)) ? 'link' : 'other';
}

const LINK_LOCAL = [
  ['169.254.0.0', 16],
  ['fe80::', 10],
] as const;

/** A listener's address compared with a row's host. */
export interface Relation {
  /** `elsewhere`: neither wider nor narrower. */
  readonly width: 'exact' | 'wider' | 'narrower' | 'elsewhere';
  /** It occupies (part of) the row's address, so no other socket can. */
  readonly covers: boolean;
}

const EXACT: Relation = { width: 'exact', covers: true };
const WIDER: Relation = { width: 'wider', covers: true };

/** Compares a listener with the host of a row. For a `default` host, the node must have default addresses. */
export function relationTo(host: Host, listener: Listener, node: ScopeFacts): Relation {
  const scope = scopeOf(listener, node);
  switch (host.kind) {
    case 'any':
      return scope === 'wildcard' ? EXACT : { width: 'narrower', covers: true };
    case 'localhost':
      if (scope === 'loopback') return EXACT;
      return scope === 'wildcard' ? WIDER : { width: 'wider', covers: false };
    case 'default':
      if (scope === 'default') return EXACT;
      if (scope === 'wildcard') return WIDER;
      return { width: scope === 'loopback' ? 'narrower' : 'elsewhere', covers: false };
    case 'network':
      return relationToNetwork(host, listener, scope);
  }
}

function relationToNetwork(host: Host & { kind: 'network' }, listener: Listener, scope: Scope): Relation {
  // 0.0.0.0/0 is every address.
  if (scope === 'wildcard') return host.prefix === 0 ? EXACT : WIDER;
  if (isInNetwork(listener.address ?? '', host.address, host.prefix)) return EXACT;
  const local = isLoopback(host.address);
  if (scope === 'loopback') return { width: local ? 'elsewhere' : 'narrower', covers: false };
  return { width: local ? 'wider' : 'elsewhere', covers: false };
}
