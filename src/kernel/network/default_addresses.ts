import type { NetworkInterface } from './addresses.js';
import type { Link } from './links.js';
import { bestDefaultRoutes, type DefaultRoute, RT_TABLE_MAIN } from './routes.js';

/**
 * What the node's own addresses were taken from: the interfaces of the default route in the main table, or in another one
 * (policy routing, a VRF), or the source address of the default route, on another interface than its hops; or the interface of the
 * address that k8sd was given.
 */
export type DefaultSource = 'default-route' | 'other-table' | 'source-address' | 'k8sd-address';

/** The node's own addresses, which a page calls `default`. */
export interface DefaultAddresses {
  /** An interface of the default route; null: there is no default route. */
  readonly defaultInterface: NetworkInterface | null;
  /** Empty: there is no default route, or none of its interfaces has an address. */
  readonly defaultAddresses: readonly string[];
  readonly defaultSource: DefaultSource | null;
}

/**
 * The addresses of every interface over which the default route leads. Its source address goes first: with BGP on the node it is
 * often on lo or a dummy, where that one address is the node's, besides those of the other family on the route's interfaces.
 */
export function defaultAddresses(
  links: readonly Link[],
  interfaces: readonly NetworkInterface[],
  routes: readonly DefaultRoute[],
): DefaultAddresses {
  const best = bestDefaultRoutes(routes);
  const [first] = best;
  const own = interfacesOf(best, interfaces);
  const source = first === undefined ? null : sourceAddress(first.family, best, links, interfaces);
  const carrier = source === null ? undefined : interfaces.find(({ addresses }) => addresses.includes(source));
  const table = first?.table === RT_TABLE_MAIN ? 'default-route' : 'other-table';
  if (first === undefined || own.length === 0) {
    return { defaultInterface: null, defaultAddresses: [], defaultSource: null };
  }
  if (source === null || carrier === undefined) {
    const addresses = [...new Set(own.flatMap((one) => one.addresses))];
    const shown = own.find((one) => one.addresses.length > 0) ?? own[0] ?? null;
    return { defaultInterface: shown, defaultAddresses: addresses, defaultSource: addresses.length > 0 ? table : null };
  }
  const defaultSource = own.includes(carrier) ? table : 'source-address';
  if (!isAddressHolder(carrier, links)) {
    return { defaultInterface: carrier, defaultAddresses: carrier.addresses, defaultSource };
  }
  const other = first.family === 'ipv4' ? 'ipv6' : 'ipv4';
  const otherSource = sourceAddress(other, bestDefaultRoutes(routes, other), links, interfaces);
  const rest =
    otherSource === null
      ? own.flatMap(({ addresses }) => addresses.filter((address) => familyOf(address) === other))
      : [otherSource];
  return { defaultInterface: own[0] ?? null, defaultAddresses: [...new Set([source, ...rest])], defaultSource };
}

function interfacesOf(routes: readonly DefaultRoute[], interfaces: readonly NetworkInterface[]): NetworkInterface[] {
  const indexes = [...new Set(routes.flatMap(({ hops }) => hops))];
  return indexes.flatMap((index) => interfaces.find((one) => one.index === index) ?? []);
}

/**
 * The preferred source of the routes. If they have none and their interfaces no address of the family, the kernel takes one of another
 * interface (inet_select_addr(), net/ipv4/devinet.c): here those that exist to hold addresses.
 */
function sourceAddress(
  family: DefaultRoute['family'],
  routes: readonly DefaultRoute[],
  links: readonly Link[],
  interfaces: readonly NetworkInterface[],
): string | null {
  const preferred = routes.find(({ source }) => source !== null)?.source;
  if (preferred !== undefined && preferred !== null) return preferred;
  const isUsable = (address: string): boolean => familyOf(address) === family && !isOfLoopback(address);
  const own = interfacesOf(routes, interfaces);
  if (routes.length === 0 || own.some(({ addresses }) => addresses.some(isUsable))) return null;
  const holders = interfaces.filter((one) => isAddressHolder(one, links));
  return holders.flatMap(({ addresses }) => addresses.filter(isUsable))[0] ?? null;
}

/** lo and dummies lead nowhere; they hold addresses. */
export function isAddressHolder({ index, name }: NetworkInterface, links: readonly Link[]): boolean {
  return name === 'lo' || links.some((link) => link.index === index && link.kind === 'dummy');
}

export function familyOf(address: string): DefaultRoute['family'] {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function isOfLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
