import t from 'tap';
import { withConfiguredDefault } from '../../src/node/configured_default.js';
import { NODE, setting } from '../verdict/factory.js';

const ETH1 = { name: 'eth1', index: 3, addresses: ['198.51.100.2', 'fd01::2'] };
const LO = { name: 'lo', index: 1, addresses: ['203.0.113.9', '203.0.113.10'] };
const DUMMY = { name: 'vip0', index: 4, addresses: ['fd09::1', 'fd09::2'] };
const INTERFACES = [...(NODE.defaultInterface === null ? [] : [NODE.defaultInterface]), ETH1, LO, DUMMY];
const HOLDERS = [LO.index, DUMMY.index];
const { defaultInterface, defaultAddresses, defaultSource } = NODE;
const ROUTED = { defaultInterface, defaultAddresses, defaultSource };

t.test('the address of k8sd decides, where an interface carries it', (t) => {
  const at = (value: string) => withConfiguredDefault(ROUTED, INTERFACES, HOLDERS, [setting('k8sd', 'address', value)]);
  t.strictSame(at('198.51.100.2:6400'), {
    addresses: { defaultInterface: ETH1, defaultAddresses: ETH1.addresses, defaultSource: 'k8sd-address' },
    notes: [],
  });
  const v6 = defaultAddresses.filter((one) => one.includes(':'));
  const v4 = defaultAddresses.filter((one) => !one.includes(':'));
  t.strictSame(
    at('203.0.113.9:6400').addresses,
    { defaultInterface, defaultAddresses: ['203.0.113.9', ...v6], defaultSource: 'k8sd-address' },
    'of those on lo, only that, and those of the other family on the interface of the route',
  );
  t.strictSame(at('[fd09::2]:6400').addresses.defaultAddresses, ['fd09::2', ...v4], 'likewise of a dummy');
  for (const value of ['0.0.0.0:6400', '[::]:6400', ':6400', '127.0.0.1:6400', '203.0.113.77:6400']) {
    const { addresses, notes } = at(value);
    t.equal(addresses, ROUTED, value);
    t.strictSame(notes, [{ code: 'node-address-unusable', params: { address: value } }]);
  }
  t.strictSame(withConfiguredDefault(ROUTED, INTERFACES, HOLDERS, []), { addresses: ROUTED, notes: [] });
  t.strictSame(withConfiguredDefault(ROUTED, INTERFACES, HOLDERS, null), { addresses: ROUTED, notes: [] });
  t.end();
});
