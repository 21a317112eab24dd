import type { CoverageFault } from '../../base/coverage_codes.js';
import { findNamespaces, inEachNamespace } from '../../kernel/sockets/namespaces.js';
import { unreadableFaults } from '../namespaces.js';
import type { AddressesOfNamespace } from './address_owners.js';
import { findAddressSockets, type SocketSearch, type WantedAddress } from './address_sockets.js';

/** Addresses in one network namespace, and why they may not have been seen. */
export interface Place extends AddressesOfNamespace {
  readonly netns: string;
  readonly faults: readonly CoverageFault[];
}

export interface Places {
  readonly places: readonly Place[];
  /** Why there may be more of them. */
  readonly faults: readonly CoverageFault[];
}

export const NO_PLACES: Places = { places: [], faults: [] };

/** The same addresses in every other network namespace. */
export async function findElsewhere(
  wanted: readonly WantedAddress[],
  search: SocketSearch,
  home: string,
): Promise<Places> {
  const [{ namespaces, unreadable }, { networkFacts }] = await Promise.all([
    findNamespaces(),
    import('../../kernel/network/facts.js'),
  ]);
  const places = await inEachNamespace(
    namespaces.filter(({ netns }) => netns !== home),
    async (opened, { netns }): Promise<Place> => {
      const { deviceNames, tunnels, source } = await networkFacts(opened, search.deadline);
      const access = { ...search.access, netns: opened };
      const context = { netns, devices: deviceNames };
      const all = await findAddressSockets(wanted, { ...search, access, context, pass: undefined });
      // The file at a path is the same one, seen from the node's namespace.
      const found = all.map((one) => ({ ...one, file: null }));
      return { netns, wanted, found, tunnels, known: new Map(), faults: source.errors };
    },
    (fault, { netns }): Place => {
      const faults: CoverageFault[] = [{ code: 'namespace-incomplete', params: { netns } }, fault];
      return { netns, wanted: [], found: [], tunnels: [], known: new Map(), faults: isGone(fault) ? [] : faults };
    },
  );
  return { places, faults: await unreadableFaults(unreadable) };
}

/** A namespace that is gone holds nothing. */
function isGone({ code, params }: CoverageFault): boolean {
  return code === 'namespace-gone' || ('errno' in params && params.errno === 'ENOENT');
}
