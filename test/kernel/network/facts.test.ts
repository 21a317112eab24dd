import { networkInterfaces } from 'node:os';
import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import { factsOf, networkFacts, type RouteTables } from '../../../src/kernel/network/facts.js';
import type { Link } from '../../../src/kernel/network/links.js';
import { CLOSED_NETNS, startNetns } from '../netns.js';

const link = (index: number, name: string, changes: Partial<Link> = {}): Link => ({
  ...{ index, name, up: true, kind: null, port: null },
  ...changes,
});
const address = (index: number, text: string, linkLocal = false) => ({ index, address: text, linkLocal });
const route = (index: number, metric = 0, family: 'ipv4' | 'ipv6' = 'ipv4') => ({
  ...{ family, metric, table: 254, hops: [index], nexthop: null, source: null },
});

const LINKS = [link(1, 'lo'), link(2, 'eth0'), link(3, 'eth1')];
const ADDRESSES = [
  address(1, '127.0.0.1'),
  address(2, '192.0.2.2'),
  address(2, 'fd00::2'),
  address(2, 'fe80::1', true),
  address(3, '198.51.100.2'),
];

const CLOSED = { code: 'system-call-failed', params: { syscall: 'setns', subject: null, errno: 'EBADF' } };

const tables = (changes: Partial<RouteTables>): RouteTables => ({
  ...{ links: LINKS, addresses: ADDRESSES, routes: [], wireguardFaults: [] },
  ...changes,
});

t.test('the interface of the default route, with the addresses of both families', (t) => {
  const { defaultInterface, interfaces, deviceNames } = factsOf(tables({ routes: [route(3, 200), route(2, 100)] }));
  t.strictSame(defaultInterface, { name: 'eth0', index: 2, addresses: ['192.0.2.2', 'fd00::2'] });
  t.strictSame(
    interfaces.map(({ name }) => name),
    ['lo', 'eth0', 'eth1'],
  );
  t.equal(deviceNames.get(3), 'eth1');
  t.equal(factsOf(tables({ routes: [route(2, 100), route(3, 50)] })).defaultInterface?.name, 'eth1');
  t.equal(factsOf(tables({ routes: [route(3, 0, 'ipv6')] })).defaultInterface?.name, 'eth1', 'IPv6 only');
  t.end();
});

t.test('no default interface where there is no default route, or none to an interface that is known', (t) => {
  t.equal(factsOf(tables({})).defaultInterface, null);
  t.equal(factsOf(tables({ routes: [route(9)] })).defaultInterface, null);
  const empty = factsOf({ links: [], addresses: [], routes: [], wireguardFaults: [] });
  const none = { defaultInterface: null, defaultAddresses: [], defaultSource: null };
  t.strictSame(empty, { deviceNames: new Map(), interfaces: [], addressHolders: [], ...none, tunnels: [] });
  t.end();
});

t.test('only a device that is up and has a port is a tunnel', (t) => {
  const { tunnels } = factsOf(
    tables({
      links: [
        link(1, 'lo'),
        link(7, 'cilium_vxlan', { kind: 'vxlan', port: 8472 }),
        link(8, 'ftun0', { kind: 'vxlan', port: 8472 }),
        link(9, 'down', { kind: 'vxlan', port: 4789, up: false }),
        link(10, 'wg0', { kind: 'wireguard' }),
        link(11, 'lxc1', { kind: 'veth' }),
      ],
    }),
  );
  t.strictSame(tunnels, [
    { device: 'cilium_vxlan', kind: 'vxlan', port: 8472 },
    { device: 'ftun0', kind: 'vxlan', port: 8472 },
  ]);
  t.end();
});

t.test('live: the facts of our own namespace', async (t) => {
  const facts = await networkFacts(null);
  t.match(facts.source, { name: 'network', via: 'rtnetlink', status: 'ok', errors: [] });
  t.equal(facts.source.rows, facts.interfaces.length);
  t.equal(facts.deviceNames.get(1), 'lo');
  const lo = facts.interfaces.find(({ name }) => name === 'lo');
  t.equal(lo?.index, 1);
  const seenByNode = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses
      .filter(({ address }) => !address.startsWith('fe80:') && !address.startsWith('169.254.'))
      .map(({ address }) => `${name} ${address}`),
  );
  const seen = new Set(facts.interfaces.flatMap(({ name, addresses }) => addresses.map((one) => `${name} ${one}`)));
  t.strictSame(
    seenByNode.filter((one) => !seen.has(one)),
    [],
    'libuv sees no address that we do not',
  );
  const { from = 0, to = 0 } = facts.ephemeralPorts ?? {};
  t.ok(0 < from && from < to && to < 65536);
});

const NODE = `ip link set lo up
ip link add eth0 type veth peer name peer0
ip link set peer0 up
ip link set eth0 up
ip address add 192.0.2.2/24 dev eth0
ip address add fd00::2/64 dev eth0 nodad
ip link add eth1 type veth peer name peer1
ip link set peer1 up
ip link set eth1 up
ip address add 198.51.100.2/24 dev eth1
ip route add default via 192.0.2.1 metric 100
ip route add default via 198.51.100.1 metric 50 table 1000
ip route add default via 198.51.100.1 metric 200
ip link add cilium_vxlan type vxlan external dstport 8472
ip link set cilium_vxlan up
ip link add down0 type vxlan id 9 dstport 4790`;

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `network namespaces can be made by root only, and we are user ${uid}`;

t.test('live: a namespace set up like a node', { skip: notRoot }, async (t) => {
  const netns = native().openNetns(await startNetns(t, NODE));
  t.teardown(() => netns.close());
  const { defaultInterface, tunnels, interfaces, source } = await networkFacts(netns);
  t.match(source, { status: 'ok', errors: [], notes: [], rows: interfaces.length });
  t.match(defaultInterface, { name: 'eth0' });
  t.strictSame(defaultInterface?.addresses.toSorted(), ['192.0.2.2', 'fd00::2'], 'without link-local ones');
  t.strictSame(tunnels, [{ device: 'cilium_vxlan', kind: 'vxlan', port: 8472 }]);
  t.strictSame(interfaces.find(({ name }) => name === 'eth1')?.addresses, ['198.51.100.2']);
});

t.test('a namespace that cannot be entered is a failed source, with all facts empty', async (t) => {
  const { source, ...facts } = await networkFacts(CLOSED_NETNS);
  t.match(source, { status: 'failed', errors: [CLOSED], rows: 0 });
  t.strictSame(facts, {
    deviceNames: new Map(),
    interfaces: [],
    ...{ defaultInterface: null, defaultAddresses: [], defaultSource: null },
    addressHolders: [],
    tunnels: [],
    ephemeralPorts: null,
  });
});
