import t from 'tap';
import { parseDefaultRoutes } from '../../../src/evidence/facts/ip_route.js';
import type { Link } from '../../../src/kernel/network/links.js';
import { RT_TABLE_MAIN } from '../../../src/kernel/network/routes.js';

const link = (name: string, index: number): Link => ({ name, index, up: true, kind: null, port: null });
const LINKS = [link('lo', 1), link('eth0', 2), link('eth1', 3)];

function routes(text: string, isIPv6 = false) {
  return parseDefaultRoutes(text, isIPv6, LINKS)?.map(({ family, table, metric, hops, source }) => ({
    family,
    table: table === RT_TABLE_MAIN ? 'main' : table,
    metric,
    hops,
    source,
  }));
}

t.test('one hop, with metric and preferred source', (t) => {
  const text = `default via 192.0.2.1 dev eth0 proto dhcp src 192.0.2.2 metric 100
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.2
unreachable 10.0.0.0/8
`;
  const expected = { family: 'ipv4', table: 'main', metric: 100, hops: [2], source: '192.0.2.2' };
  t.strictSame(routes(text), [expected]);
  t.end();
});

t.test('several hops; hops of other routes are not those of the default route', (t) => {
  const text = `default proto static metric 20
\tnexthop via 10.0.0.1 dev eth0 weight 1
\tnexthop via 10.0.1.1 dev eth1 weight 1
198.51.100.0/24 proto static
\tnexthop via 10.0.0.1 dev eth0 weight 1
`;
  t.strictSame(
    routes(text)?.map(({ hops }) => hops),
    [[2, 3]],
  );
  t.end();
});

t.test('dead next hops lead nowhere', (t) => {
  const text = `default via 192.0.2.1 dev eth0 metric 50 dead linkdown
default metric 100
\tnexthop via 10.0.0.1 dev eth0 weight 1 dead linkdown
\tnexthop via 10.0.1.1 dev eth1 weight 1 linkdown
default via fe80::1 dev eth0 metric 1024 dead linkdown pref medium
`;
  t.strictSame(
    routes(text)?.map(({ hops }) => hops),
    [[3]],
  );
  t.end();
});

t.test('families: IPv6 by its file, hop, source or preference; IPv4 by an IPv6 hop stays IPv4', (t) => {
  const families = (text: string, isIPv6 = false) => routes(text, isIPv6)?.map(({ family }) => family);
  t.strictSame(families('default dev eth0 proto static\n', true), ['ipv6']);
  t.strictSame(families('default via fe80::1 dev eth0 table 100 proto ra metric 1024\n'), ['ipv6']);
  t.strictSame(families('default dev eth0 metric 1024 pref medium\n'), ['ipv6']);
  t.strictSame(families('default via inet6 fe80::1 dev eth0\n'), ['ipv4']);
  t.strictSame(families('0.0.0.0/0 dev eth0\n'), ['ipv4']);
  t.end();
});

t.test('tables', (t) => {
  t.strictSame(
    routes('default dev eth0 table 100\ndefault dev eth1 table vrf\ndefault dev eth0 table main\n')?.map(
      ({ table }) => table,
    ),
    [100, 0, 'main'],
  );
  t.end();
});

t.test('no route is no error; an error is no list of routes; an unknown device is no hop', (t) => {
  t.strictSame(routes(''), []);
  t.strictSame(routes('default via 192.0.2.1 dev gone\n'), []);
  for (const text of ['bash: ip: command not found\n', 'Error: ipv4: FIB table does not exist.\nDump terminated\n']) {
    t.equal(routes(text), undefined, text);
  }
  t.end();
});
