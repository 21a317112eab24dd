import { BlockList, isIPv4 } from 'node:net';
import t from 'tap';
import { Addresses } from '../../../src/snapshot/redact/addresses.js';
import { Pseudonyms } from '../../../src/snapshot/redact/pseudonyms.js';

const addresses = new Addresses(new Pseudonyms('a key'));

function bits(address: string): string {
  if (isIPv4(address))
    return address
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((word) => word !== ''));
  const words = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return words.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('');
}

function common(a: string, b: string): number {
  const [one, other] = [bits(a), bits(b)];
  const at = Array.from(one).findIndex((bit, index) => bit !== other[index]);
  return at < 0 ? one.length : at;
}

/** A fixed sequence of numbers of 32 bits (xorshift), so that a failure can be repeated. */
function* numbers(): Generator<number, never> {
  let state = 2463534242;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

const random = numbers();
const someIPv4 = Array.from({ length: 400 }, () => {
  const number = random.next().value;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
});
const someIPv6 = Array.from({ length: 60 }, () =>
  Array.from({ length: 8 }, () => (random.next().value & 0xffff).toString(16)).join(':'),
);
const NEAR = ['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.128.0.1', '11.0.0.1', '126.255.255.255', '128.0.0.1', '1.0.0.0'];
const NEAR_IPV6 = ['fd00::1', 'fd00::2', 'fd00:0:0:1::1', 'fd01::1', '2001:db8::1', '2001:db8:1::1', '::2', '1::'];

t.test('two addresses have as long a prefix in common as before, and stay two', (t) => {
  for (const list of [
    [...someIPv4, ...NEAR],
    [...someIPv6, ...NEAR_IPV6],
  ]) {
    const wrong: string[] = [];
    for (const a of list) {
      for (const b of list) {
        if (common(a, b) !== common(addresses.replace(a), addresses.replace(b))) wrong.push(`${a} ${b}`);
      }
    }
    t.strictSame(wrong, []);
  }
  t.end();
});

t.test('no address gets into a range with a meaning, or out of it', (t) => {
  const ranges: [network: string, prefix: number][] = [
    ['0.0.0.0', 8],
    ['127.0.0.0', 8],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
    ['10.0.0.0', 8],
    ['172.16.0.0', 12],
    ['192.168.0.0', 16],
    ['169.254.0.0', 16],
    ['100.64.0.0', 10],
    ['::', 127],
    ['::ffff:0:0', 96],
    ['fe80::', 10],
    ['ff00::', 8],
    ['fc00::', 7],
  ];
  const edges = [
    '9.255.255.255',
    '172.15.0.1',
    '172.32.0.1',
    '192.167.1.1',
    '192.169.1.1',
    '169.253.0.1',
    '223.255.0.1',
  ];
  const all = [
    ...someIPv4,
    ...someIPv6,
    ...NEAR,
    ...NEAR_IPV6,
    ...edges,
    '224.1.2.3',
    '169.254.1.1',
    'fe80::1',
    'ff05::1',
  ];
  for (const [network, prefix] of ranges) {
    const list = new BlockList();
    list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
    const isIn = (address: string): boolean => list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
    // BlockList takes a v4-mapped network for IPv4 as well.
    const wrong = all
      .filter((address) => !network.includes('ffff') || address.includes(':'))
      .filter((address) => isIn(address) !== isIn(addresses.replace(address)));
    t.strictSame(wrong, [], `${network}/${prefix}`);
  }
  t.end();
});

t.test('what stays, and what does not', (t) => {
  const same = ['0.0.0.0', '::', '127.0.0.1', '127.0.0.53', '::1', '::ffff:127.0.0.1', '::ffff:0.0.0.0'];
  for (const address of [...same, '255.255.255.255', '224.0.0.251']) t.equal(addresses.replace(address), address);
  for (const address of [
    ...NEAR.slice(0, 4),
    ...someIPv4,
    ...someIPv6,
    'fe80::1',
    'ff02::1:ff12:3456',
    '192.168.1.1',
  ]) {
    if (!/^(?:0|127|255)\./.test(address)) t.not(addresses.replace(address), address);
  }
  t.match(addresses.replace('fe80::1'), /^fe80::[0-9a-f]/, 'a link-local one has its zeros');
  t.match(addresses.replace('ff02::1:2'), /^ff02:/, 'a multicast one its scope');
  t.equal(addresses.replace('::ffff:198.51.100.7'), `::ffff:${addresses.replace('198.51.100.7')}`);
  t.not(new Addresses(new Pseudonyms('another key')).replace('198.51.100.7'), addresses.replace('198.51.100.7'));
  t.end();
});

t.test('networks', (t) => {
  const network = addresses.replaceNetwork('10.20.0.0', 16);
  t.match(network, /^10\.\d+\.0\.0$/);
  t.ok(addresses.replace('10.20.30.40').startsWith(network.replace(/0\.0$/, '')), 'its addresses are in it');
  t.match(addresses.replaceNetwork('2001:db8::', 32), /^200[0-9a-f]:[0-9a-f]+::$|^[23][0-9a-f]{3}:[0-9a-f]+::$/);
  t.equal(addresses.replaceNetwork('0.0.0.0', 0), '0.0.0.0');
  t.end();
});
