import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { type DefaultAddresses, defaultAddresses } from '../../../src/kernel/network/default_addresses.js';
import { networkFacts } from '../../../src/kernel/network/facts.js';
import type { Link } from '../../../src/kernel/network/links.js';
import type { DefaultRoute } from '../../../src/kernel/network/routes.js';
import { startNetns } from '../netns.js';

const LINKS: readonly Link[] = [
  { index: 1, name: 'lo', up: true, kind: null, port: null },
  { index: 2, name: 'eth0', up: true, kind: null, port: null },
  { index: 3, name: 'eth1', up: true, kind: null, port: null },
  { index: 4, name: 'dummy0', up: true, kind: 'dummy', port: null },
  { index: 5, name: 'br0', up: true, kind: 'bridge', port: null },
];

/** What `defaultAddresses` gives where these addresses are on these interfaces. */
function find(addresses: Readonly<Record<string, readonly string[]>>, routes: readonly DefaultRoute[]) {
  const interfaces = LINKS.map(({ name, index }) => ({ name, index, addresses: addresses[name] ?? [] }));
  const found: DefaultAddresses = defaultAddresses(LINKS, interfaces, routes);
  return [found.defaultInterface?.name ?? null, found.defaultAddresses, found.defaultSource] as const;
}

const route = (hops: readonly number[], changes: Partial<DefaultRoute> = {}): DefaultRoute => ({
  ...{ family: 'ipv4', table: 254, metric: 0, hops, nexthop: null, source: null },
  ...changes,
});

const TWO = { lo: ['127.0.0.1', '::1'], eth0: ['192.0.2.10', 'fd00::10'], eth1: ['198.51.100.10'] };

t.test('the addresses of the interfaces of the default route', (t) => {
  t.strictSame(find(TWO, [route([2])]), ['eth0', ['192.0.2.10', 'fd00::10'], 'default-route']);
  const all = ['192.0.2.10', 'fd00::10', '198.51.100.10'];
  t.strictSame(find(TWO, [route([2, 3])]), ['eth0', all, 'default-route'], 'of every hop');
  t.strictSame([...find(TWO, [route([3, 2])])[1]].sort(), [...all].sort(), 'in whatever order');
  t.strictSame([...find(TWO, [route([2]), route([3])])[1]], all, 'of every route of the same metric');
  t.strictSame(find(TWO, [route([3], { table: 1000 })]), ['eth1', ['198.51.100.10'], 'other-table']);
  t.strictSame(find(TWO, []), [null, [], null], 'no default route');
  t.strictSame(find(TWO, [route([9])]), [null, [], null], 'to an interface that is gone');
  t.strictSame(find({ lo: ['127.0.0.1'] }, [route([2])]), ['eth0', [], null], 'without any address');
  t.end();
});

t.test('the source address of the default route goes first', (t) => {
  const source = '198.51.100.10';
  t.strictSame(find(TWO, [route([2], { source })]), ['eth1', [source], 'source-address'], 'on another interface');
  t.strictSame(
    find(TWO, [route([2], { source: '192.0.2.10' })]),
    ['eth0', ['192.0.2.10', 'fd00::10'], 'default-route'],
    'on its own',
  );
  t.strictSame(
    find(TWO, [route([2], { source: '203.0.113.1' })])[1],
    ['192.0.2.10', 'fd00::10'],
    'not if no interface has it',
  );
  t.end();
});

t.test(
  'an address on lo or a dummy is the node, with those of the other family on the interfaces of the route',
  (t) => {
    for (const holder of ['lo', 'dummy0']) {
      const addresses = { ...TWO, lo: ['127.0.0.1', '::1'], eth0: ['fd00::10'], eth1: [] };
      const on = { ...addresses, [holder]: [...(holder === 'lo' ? addresses.lo : []), '192.0.2.5', 'fd00::5'] };
      const preferred = route([2, 3], { source: '192.0.2.5' });
      t.strictSame(find(on, [preferred]), ['eth0', ['192.0.2.5', 'fd00::10'], 'source-address'], holder);
      const both = [preferred, route([2], { family: 'ipv6', metric: 1024, source: 'fd00::5' })];
      t.strictSame(find(on, both)[1], ['192.0.2.5', 'fd00::5'], `${holder}, in both families`);
      t.strictSame(find(on, [route([2, 3])])[1], ['192.0.2.5', 'fd00::10'], `${holder}, chosen by the kernel`);
      t.strictSame(find({ ...on, eth0: ['192.0.2.10'] }, [route([2])])[1], ['192.0.2.10'], `${holder}, not needed`);
    }
    t.strictSame(find({ lo: ['127.0.0.1'] }, [route([2])])[1], [], '127.0.0.1 is no address of the node');
    t.strictSame(find({ br0: ['192.0.2.5'] }, [route([2])])[1], [], 'nor is that of any other interface');
    t.end();
  },
);

/* As on a routed host: no addresses but link-local ones on its links. */
const ROUTED = `
ip address add 192.0.2.5/32 dev lo
ip route add default src 192.0.2.5 metric 20 nexthop via inet6 fe80::1 dev eth0 nexthop via inet6 fe80::2 dev eth1`;
const ADDRESSED = `
ip address add 192.0.2.10/24 dev eth0
ip address add 198.51.100.10/24 dev eth1`;
const NODES: readonly [what: string, script: string, addresses: string[]][] = [
  ['BGP unnumbered, the address on lo', ROUTED, ['192.0.2.5']],
  [
    'ECMP',
    `${ADDRESSED}\nip route add default nexthop via 192.0.2.1 dev eth0 nexthop via 198.51.100.1 dev eth1`,
    ['192.0.2.10', '198.51.100.10'],
  ],
  [
    'ECMP, the other way round',
    `${ADDRESSED}\nip route add default nexthop via 198.51.100.1 dev eth1 nexthop via 192.0.2.1 dev eth0`,
    ['198.51.100.10', '192.0.2.10'],
  ],
  [
    'a nexthop object that the route only refers to',
    `${ADDRESSED}
ip nexthop add id 7 via 192.0.2.1 dev eth0
echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode
ip route add default nhid 7`,
    ['192.0.2.10'],
  ],
  [
    'a group of nexthop objects',
    `${ADDRESSED}
ip nexthop add id 7 via 192.0.2.1 dev eth0
ip nexthop add id 8 via 198.51.100.1 dev eth1
ip nexthop add id 9 group 7/8
echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode
ip route add default nhid 9`,
    ['192.0.2.10', '198.51.100.10'],
  ],
  [
    'a default route in another table',
    `${ADDRESSED}\nip route add default via 198.51.100.1 table 1000`,
    ['198.51.100.10'],
  ],
];

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `network namespaces can be made by root only, and this is user ${uid}`;

for (const [what, script, addresses] of NODES) {
  t.test(`live: ${what}`, { skip: notRoot }, async (t) => {
    const links = `
ip link set lo up
for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i up; ip link set peer$i up; done`;
    const netns = native().openNetns(await startNetns(t, `${links}\n${script}`));
    t.teardown(() => netns.close());
    const { source, ...facts } = await networkFacts(netns);
    t.match(source, { status: 'ok', errors: [] });
    t.strictSame(facts.defaultAddresses, addresses);
  });
}
