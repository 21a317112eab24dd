import type { CoverageFault } from '../base/coverage_codes.js';
import type { NetworkInterface } from '../kernel/network/addresses.js';
import { type DefaultAddresses, familyOf } from '../kernel/network/default_addresses.js';
import { isLoopback, isWildcard } from '../kernel/sockets/address.js';
import { endpointOf } from './flag_value.js';
import { type Setting, valueInEffect } from './setting.js';

/** The node's own addresses with those that k8sd was given, and a note where it was given none that can be used. */
export interface ConfiguredDefault {
  readonly addresses: DefaultAddresses;
  readonly notes: readonly CoverageFault[];
}

/**
 * The node's own addresses are those of the interface that carries the address k8sd was bootstrapped with, whatever the routes say.
 * An address that is no interface's, such as a wildcard, changes nothing. Pure.
 */
export function withConfiguredDefault(
  routed: DefaultAddresses,
  interfaces: readonly NetworkInterface[],
  addressHolders: readonly number[],
  configuration: readonly Setting[] | null,
): ConfiguredDefault {
  const setting = configuration?.find(({ service, flag }) => service === 'k8sd' && flag === 'address');
  if (setting === undefined) return { addresses: routed, notes: [] };
  const value = valueInEffect(setting);
  const address = endpointOf(value)?.address ?? null;
  const isUsable = address !== null && !isWildcard(address) && !isLoopback(address) && address !== 'localhost';
  const carrier = isUsable ? interfaces.find(({ addresses }) => addresses.includes(address)) : undefined;
  if (address === null || carrier === undefined) {
    return { addresses: routed, notes: [{ code: 'node-address-unusable', params: { address: value } }] };
  }
  // On lo or a dummy that one address is the node's, and none of the others there; of the other family, those of the route.
  const isHolder = addressHolders.includes(carrier.index);
  const others = isHolder
    ? routed.defaultAddresses.filter((one) => familyOf(one) !== familyOf(address))
    : carrier.addresses.filter((one) => one !== address);
  return {
    addresses: {
      defaultInterface: isHolder ? (routed.defaultInterface ?? carrier) : carrier,
      defaultAddresses: [address, ...others],
      defaultSource: 'k8sd-address',
    },
    notes: [],
  };
}
