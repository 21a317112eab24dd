import t from 'tap';
import {
  addressText,
  endpointText,
  isInNetwork,
  isLoopback,
  isWildcard,
  unmapped,
} from '../../../src/kernel/sockets/address.js';

/** Sixteen bytes from eight words. */
const words = (...values: number[]): Uint8Array => Uint8Array.from(values.flatMap((word) => [word >> 8, word & 0xff]));

t.test('addresses as text, IPv6 by RFC 5952', (t) => {
  const cases: [string, Uint8Array][] = [
    ['0.0.0.0', Uint8Array.of(0, 0, 0, 0)],
    ['192.0.2.255', Uint8Array.of(192, 0, 2, 255)],
    ['::', words(0, 0, 0, 0, 0, 0, 0, 0)],
    ['::1', words(0, 0, 0, 0, 0, 0, 0, 1)],
    ['1::', words(1, 0, 0, 0, 0, 0, 0, 0)],
    // 4.1: leading zeros are left out, 4.3: lower case
    ['2001:db8::abcd', words(0x2001, 0x0db8, 0, 0, 0, 0, 0, 0xabcd)],
    // 4.2.1: as much as possible is shortened
    ['2001:db8::2:1', words(0x2001, 0xdb8, 0, 0, 0, 0, 2, 1)],
    // 4.2.2: one zero alone is not shortened
    ['2001:db8:0:1:1:1:1:1', words(0x2001, 0xdb8, 0, 1, 1, 1, 1, 1)],
    // 4.2.3: the longest run is, and of equal ones the first
    ['2001:0:0:1::1', words(0x2001, 0, 0, 1, 0, 0, 0, 1)],
    ['2001:db8::1:0:0:1', words(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1)],
    ['1:2:3:4:5:6:7:8', words(1, 2, 3, 4, 5, 6, 7, 8)],
    ['1:2:3:4:5:6::', words(1, 2, 3, 4, 5, 6, 0, 0)],
    ['::3:4:5:6:7:8', words(0, 0, 3, 4, 5, 6, 7, 8)],
    // 5: the embedded IPv4 address of a well-known prefix
    ['::ffff:192.0.2.1', words(0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201)],
    ['::ffff:0.0.0.0', words(0, 0, 0, 0, 0, 0xffff, 0, 0)],
    // not v4-mapped: one word off, and something before it
    ['::ffff:0:102:304', words(0, 0, 0, 0, 0xffff, 0, 0x0102, 0x0304)],
    ['1::ffff:102:304', words(1, 0, 0, 0, 0, 0xffff, 0x0102, 0x0304)],
  ];
  for (const [expected, bytes] of cases) t.equal(addressText(bytes), expected);
  t.end();
});

t.test('v4-mapped addresses compare as IPv4', (t) => {
  t.equal(unmapped('::ffff:192.0.2.1'), '192.0.2.1');
  t.equal(unmapped('::FFFF:192.0.2.1'), '192.0.2.1');
  for (const other of ['192.0.2.1', '::1', '::ffff:1', '64:ff9b::192.0.2.1']) t.equal(unmapped(other), other);
  t.end();
});

t.test('loopback, wildcard and neither', (t) => {
  const cases: [address: string, kind: 'loopback' | 'wildcard' | null][] = [
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.53', 'loopback'],
    ['0.0.0.0', 'wildcard'],
    ['::', 'wildcard'],
    ['::ffff:0.0.0.0', 'wildcard'],
    ['126.255.255.255', null],
    ['128.0.0.1', null],
    ['::2', null],
    ['::ffff:192.0.2.1', null],
    ['::127.0.0.1', null],
    ['fe80::1', null],
    ['', null],
  ];
  for (const [address, kind] of cases) {
    t.equal(isLoopback(address), kind === 'loopback', address);
    t.equal(isWildcard(address), kind === 'wildcard', address);
  }
  t.end();
});

t.test('networks', (t) => {
  const cases: [boolean, string, string, number][] = [
    [true, '10.1.2.3', '10.0.0.0', 8],
    [false, '11.0.0.0', '10.0.0.0', 8],
    [true, '192.0.2.7', '192.0.2.7', 32],
    [false, '192.0.2.8', '192.0.2.7', 32],
    [true, '::ffff:10.1.2.3', '10.0.0.0', 8],
    [true, '8.8.8.8', '0.0.0.0', 0],
    [true, 'fd00::1:2', 'fd00::', 64],
    [false, 'fd00:0:0:1::2', 'fd00::', 64],
    [true, 'fd00::1', 'fd00::1', 128],
    // another family
    [false, 'fd00::1', '10.0.0.0', 8],
    [false, '10.0.0.1', 'fd00::', 8],
    [false, '::', '0.0.0.0', 0],
  ];
  for (const [expected, address, network, prefix] of cases) {
    t.equal(isInNetwork(address, network, prefix), expected, `${address} in ${network}/${prefix}`);
  }
  t.end();
});

t.test('endpoints as text', (t) => {
  t.equal(endpointText('127.0.0.1', 22, null), '127.0.0.1:22');
  t.equal(endpointText('127.0.0.53', 53, 'lo'), '127.0.0.53%lo:53');
  t.equal(endpointText('0.0.0.0', 10250, null), '0.0.0.0:10250');
  t.equal(endpointText('::', 10250, null), '[::]:10250');
  t.equal(endpointText('::1', 2379, null), '[::1]:2379');
  t.equal(endpointText('fe80::1', 546, 'eth0'), '[fe80::1%eth0]:546');
  t.equal(endpointText('::ffff:127.0.0.1', 9999, null), '[::ffff:127.0.0.1]:9999');
  t.equal(endpointText('::ffff:0.0.0.0', 9999, null), '[::ffff:0.0.0.0]:9999');
  t.end();
});
