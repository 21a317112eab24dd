import type { SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { factsOf, type NetworkFacts } from '../../kernel/network/facts.js';
import type { FactFiles } from './fact_files.js';
import { parseAddressList } from './ip_address.js';
import { parseDefaultRoutes } from './ip_route.js';
import type { FactKind } from './layout.js';

/** What `ip` tells of a node. */
export interface BundledNetwork {
  /** null: there is no list of addresses. */
  readonly facts: ReturnType<typeof factsOf> | null;
  readonly source: SourceReading;
}

const FILES: readonly FactKind[] = ['addresses', 'routes', 'routes6'];

/** Addresses, routes and tunnels as `ip` printed them; null: there are no such files. */
export function networkOf(files: FactFiles): BundledNetwork | null {
  if (!FILES.some((fact) => files.has(fact))) return null;
  const list = files.first('addresses', parseAddressList);
  if (list === null) {
    const errors = [...files.faults(FILES), notCollected('addresses')];
    return { facts: null, source: reading('ip', 'failed', errors, [], 0) };
  }
  const { links, addresses, hasDetails } = list.value;
  const ofIPv6 = files.parsed('routes6', (text) => parseDefaultRoutes(text, true, links));
  const routes = [...files.parsed('routes', (text) => parseDefaultRoutes(text, false, links)), ...ofIPv6];
  const facts = factsOf({ links, addresses, routes: routes.flatMap(({ value }) => value), wireguardFaults: [] });
  // `ip route` alone prints IPv4 routes, so a node with IPv6 addresses may have a default route all the same.
  const lacksIPv6 = facts.defaultInterface === null && ofIPv6.length === 0 && hasIPv6(facts.interfaces);
  const errors = [
    ...files.faults(FILES),
    ...(routes.length === 0 ? [notCollected('routes')] : lacksIPv6 ? [notCollected('ipv6-routes')] : []),
    ...(hasDetails ? [] : [notCollected('tunnel-ports')]),
  ];
  const wireguard = links.filter(({ kind, up }) => kind === 'wireguard' && up).map(({ name }) => name);
  const notes: CoverageFault[] =
    wireguard.length === 0 ? [] : [{ code: 'wireguard-ports-unknown', params: { devices: wireguard } }];
  const via = [list.path, ...routes.map(({ path }) => path)].join(', ');
  return { facts, source: reading(via, errors.length === 0 ? 'ok' : 'partial', errors, notes, links.length) };
}

function reading(
  via: string,
  status: SourceReading['status'],
  errors: readonly CoverageFault[],
  notes: readonly CoverageFault[],
  rows: number,
): SourceReading {
  return { name: 'network', via, status, errors, notes, rows, ms: 0 };
}

function notCollected(facts: string): CoverageFault {
  return { code: 'not-collected', params: { facts } };
}

function hasIPv6(interfaces: NetworkFacts['interfaces']): boolean {
  return interfaces.some(({ addresses }) => addresses.some((one) => one.includes(':') && one !== '::1'));
}
