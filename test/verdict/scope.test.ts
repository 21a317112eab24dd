import t from 'tap';
import { parseEndpoint } from '../../src/spec/endpoint.js';
import { relationTo, scopeOf } from '../../src/verdict/scope.js';
import { listener, NO_ROUTE, NODE } from './factory.js';

t.test('from where a listener can be reached', (t) => {
  const cases: [string, string | null, string][] = [
    ['0.0.0.0', null, 'wildcard'],
    ['::', null, 'wildcard'],
    ['::ffff:0.0.0.0', null, 'wildcard'],
    ['0.0.0.0', 'lo', 'loopback'],
    ['::', 'eth0', 'default'],
    ['0.0.0.0', 'eth1', 'other'],
    ['0.0.0.0', '#7', 'other'],
    ['127.0.0.1', null, 'loopback'],
    ['127.0.0.53', 'lo', 'loopback'],
    ['::1', null, 'loopback'],
    ['192.0.2.2', null, 'default'],
    ['::ffff:192.0.2.2', null, 'default'],
    ['fd00::2', null, 'default'],
    ['198.51.100.2', null, 'other'],
    ['192.0.2.3', null, 'other'],
    ['fe80::1', 'eth0', 'link'],
    ['febf::1', null, 'link'],
    ['fec0::1', null, 'other'],
    ['169.254.1.1', null, 'link'],
    ['::ffff:169.254.1.1', null, 'link'],
  ];
  for (const [address, device, scope] of cases)
    t.equal(scopeOf(listener(address, 1, { device }), NODE), scope, address);
  t.equal(scopeOf(listener('192.0.2.2', 1), NO_ROUTE), 'other', 'without a default route none is on it');
  t.equal(scopeOf(listener('::', 1, { device: 'eth0' }), NO_ROUTE), 'other');
  const eth1 = { name: 'eth1', index: 3, addresses: ['192.0.2.2'] };
  const secondHop = { ...NODE, interfaces: [eth1] };
  t.equal(scopeOf(listener('::', 1, { device: 'eth1' }), secondHop), 'default', 'every interface of a default address');
  t.end();
});

t.test("only a listener that takes the row's address keeps others from it", (t) => {
  const cases: [host: string, address: string, width: string, covers: boolean][] = [
    ['localhost', '127.0.0.1', 'exact', true],
    ['localhost', '0.0.0.0', 'wider', true],
    ['localhost', '192.0.2.2', 'wider', false],
    ['default', '192.0.2.2', 'exact', true],
    ['default', '0.0.0.0', 'wider', true],
    ['default', '127.0.0.1', 'narrower', false],
    ['default', '198.51.100.2', 'elsewhere', false],
    ['*', '0.0.0.0', 'exact', true],
    ['*', '127.0.0.1', 'narrower', true],
    ['198.51.100.0/24', '198.51.100.2', 'exact', true],
    ['198.51.100.0/24', '::', 'wider', true],
    ['198.51.100.0/24', '192.0.2.2', 'elsewhere', false],
    ['198.51.100.0/24', '::1', 'narrower', false],
    ['127.0.0.53', '127.0.0.54', 'elsewhere', false],
    ['127.0.0.53', '192.0.2.2', 'wider', false],
  ];
  for (const [host, address, width, covers] of cases) {
    const parsed = parseEndpoint(`${host}:1`);
    if (parsed === null) throw new Error(host);
    t.strictSame(relationTo(parsed.host, listener(address, 1), NODE), { width, covers }, `${host} and ${address}`);
  }
  t.end();
});
