import { nowMs } from '../../base/clock.js';
import { elapsedMs, faultOf, type SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { addTo } from '../../base/multimap.js';
import { type Netns, native } from '../addon.js';
import { addressOf, type InterfaceAddress, type NetworkInterface } from './addresses.js';
import { type DefaultAddresses, defaultAddresses, isAddressHolder } from './default_addresses.js';
import { type Link, linkOf } from './links.js';
import { type DefaultRoute, defaultRouteOf, nexthopOf, withHops } from './routes.js';
import { dumpRoutes } from './rtnetlink.js';
import { wireguardPorts } from './wireguard.js';

/** A device for which the kernel itself opens a UDP socket on `port`. */
export interface TunnelDevice {
  readonly device: string;
  readonly kind: string;
  readonly port: number;
}

/** What verdicts need of a network namespace besides its sockets. */
export interface NetworkFacts extends DefaultAddresses {
  readonly deviceNames: ReadonlyMap<number, string>;
  readonly interfaces: readonly NetworkInterface[];
  /** Indexes of those of them that lead nowhere and hold addresses: lo and dummies. */
  readonly addressHolders: readonly number[];
  readonly tunnels: readonly TunnelDevice[];
  /** Inclusive range from which the kernel picks ephemeral ports; null: it could not be read. */
  readonly ephemeralPorts: { readonly from: number; readonly to: number } | null;
  readonly source: SourceReading;
}

/** Reads a network namespace (null: our own). What cannot be read is in `source`; nothing is thrown. */
export async function networkFacts(netns: Netns | null, deadline: Deadline = NO_DEADLINE): Promise<NetworkFacts> {
  const start = nowMs();
  const [read, ephemeralPorts] = await Promise.all([
    deadline.within<RouteTables | CoverageFault>(readTables(netns).catch(faultOf), (why) => why),
    deadline.within(readEphemeralPorts(netns), () => null),
  ]);
  const fault = 'code' in read ? read : null;
  const tables = 'code' in read ? NO_TABLES : read;
  const source = {
    name: 'network',
    via: 'rtnetlink',
    status: fault === null ? ('ok' as const) : ('failed' as const),
    errors: fault === null ? [] : [fault],
    notes: tables.wireguardFaults,
    rows: tables.links.length,
    ms: elapsedMs(start),
  };
  return { ...factsOf(tables), ephemeralPorts, source };
}

export interface RouteTables {
  readonly links: readonly Link[];
  readonly addresses: readonly InterfaceAddress[];
  readonly routes: readonly DefaultRoute[];
  /** Why the ports of WireGuard devices are unknown; empty: they are known, or there are none. */
  readonly wireguardFaults: readonly CoverageFault[];
}

const NO_TABLES: RouteTables = { links: [], addresses: [], routes: [], wireguardFaults: [] };

/** All devices of a network namespace, also those that are down; WireGuard's without their ports. */
export async function readLinks(netns: Netns | null): Promise<Link[]> {
  return (await dumpRoutes(netns, 'links')).map(linkOf);
}

async function readTables(netns: Netns | null): Promise<RouteTables> {
  const links = await readLinks(netns);
  const addresses = (await dumpRoutes(netns, 'addresses')).map(addressOf).filter((one) => one !== null);
  const found = (await dumpRoutes(netns, 'routes')).map(defaultRouteOf).filter((one) => one !== null);
  // Kernels before 5.3 have no nexthop objects, and no routes that need them.
  const dump = found.some(({ nexthop }) => nexthop !== null) ? await dumpRoutes(netns, 'nexthops') : [];
  const routes = withHops(
    found,
    dump.map(nexthopOf).filter((one) => one !== null),
  );
  return { addresses, routes, ...(await withWireguardPorts(netns, links)) };
}

async function withWireguardPorts(
  netns: Netns | null,
  links: readonly Link[],
): Promise<Pick<RouteTables, 'links' | 'wireguardFaults'>> {
  const devices = links.filter(({ kind }) => kind === 'wireguard');
  try {
    const indexes = devices.map(({ index }) => index);
    const ports = await wireguardPorts(netns, indexes);
    return { links: links.map((link) => ({ ...link, port: ports.get(link.index) ?? link.port })), wireguardFaults: [] };
  } catch (error) {
    const names = devices.map(({ name }) => name);
    return {
      links,
      wireguardFaults: [{ code: 'wireguard-ports-unknown', params: { devices: names } }, faultOf(error)],
    };
  }
}

/** Pure. */
export function factsOf({ links, addresses, routes }: RouteTables): Omit<NetworkFacts, 'ephemeralPorts' | 'source'> {
  const byIndex = new Map<number, string[]>();
  for (const one of addresses) if (!one.linkLocal) addTo(byIndex, one.index, one.address);
  const interfaces = links.map(({ name, index }) => ({ name, index, addresses: byIndex.get(index) ?? [] }));
  return {
    deviceNames: new Map(links.map(({ index, name }) => [index, name])),
    interfaces,
    addressHolders: interfaces.filter((one) => isAddressHolder(one, links)).map(({ index }) => index),
    ...defaultAddresses(links, interfaces, routes),
    // The kernel opens the socket when the device goes up.
    tunnels: links.flatMap(({ name, kind, port, up }) =>
      up && kind !== null && port !== null ? [{ device: name, kind, port }] : [],
    ),
  };
}

/** Two numbers separated by white space; they apply to IPv6 too. */
async function readEphemeralPorts(netns: Netns | null): Promise<NetworkFacts['ephemeralPorts']> {
  try {
    const bytes = await native().readInNetns(netns, '/proc/sys/net/ipv4/ip_local_port_range');
    const [from, to] = Buffer.from(bytes).toString('latin1').trim().split(/\s+/).map(Number);
    return from === undefined || to === undefined || Number.isNaN(from + to) ? null : { from, to };
  } catch {
    return null;
  }
}
