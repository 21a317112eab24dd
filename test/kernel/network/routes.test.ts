import t from 'tap';
import { bestDefaultRoute, type DefaultRoute, defaultRouteOf } from '../../../src/kernel/network/routes.js';
import { attribute, message, type RouteFields, routeHeader, u32 } from './messages.js';

const AF_INET6 = 10;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;

const via = (index: number): Buffer => attribute(RTA_OIF, u32(index));
const metric = (value: number): Buffer => attribute(RTA_PRIORITY, u32(value));
const gateway = attribute(RTA_GATEWAY, Buffer.of(192, 0, 2, 1));

/** struct rtnexthop: length u16, flags, hops, index s32, then attributes. */
function nextHop(index: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(8 + gateway.length, 0);
  header.writeInt32LE(index, 4);
  return Buffer.concat([header, gateway]);
}

t.test('which routes are default routes, and their interface', (t) => {
  const cases: [string, RouteFields, Buffer[], DefaultRoute | null][] = [
    ['IPv4', {}, [via(2), gateway], { family: 'ipv4', index: 2, metric: 0 }],
    ['with a metric', {}, [metric(100), gateway, via(2)], { family: 'ipv4', index: 2, metric: 100 }],
    ['the highest metric', {}, [metric(0xffff_ffff), via(2)], { family: 'ipv4', index: 2, metric: 0xffff_ffff }],
    ['IPv6', { family: AF_INET6 }, [via(3), metric(1024)], { family: 'ipv6', index: 3, metric: 1024 }],
    [
      'several next hops: the first',
      {},
      [attribute(RTA_MULTIPATH, nextHop(4), nextHop(5))],
      { family: 'ipv4', index: 4, metric: 0 },
    ],
    [
      'the main table, as attribute',
      { table: 0 },
      [via(2), attribute(RTA_TABLE, u32(254))],
      { family: 'ipv4', index: 2, metric: 0 },
    ],
    ['to a network', { destination: 24 }, [via(2)], null],
    ['from a network', { source: 8 }, [via(2)], null],
    ['the local table', { table: 255 }, [via(2)], null],
    ['a table of policy routing', { table: 252 }, [via(2), attribute(RTA_TABLE, u32(1000))], null],
    ['blackhole', { type: 6 }, [metric(4096)], null],
    ['unreachable, on lo', { family: AF_INET6, type: 7 }, [via(1), metric(0xffff_ffff)], null],
    ['multicast', { type: 5 }, [via(2)], null],
    ['without an interface', {}, [gateway], null],
    ['next hops that are cut', {}, [attribute(RTA_MULTIPATH, Buffer.alloc(4))], null],
  ];
  for (const [what, fields, attributes, expected] of cases) {
    t.strictSame(defaultRouteOf(message(routeHeader(fields), ...attributes)), expected, what);
  }
  t.end();
});

t.test('of several default routes the lowest metric counts, and IPv4 before IPv6', (t) => {
  const route = (family: DefaultRoute['family'], index: number, metric: number): DefaultRoute => ({
    family,
    index,
    metric,
  });
  const [slow, fast, other] = [route('ipv4', 2, 600), route('ipv4', 3, 100), route('ipv6', 4, 0)];
  t.equal(bestDefaultRoute([slow, fast]), fast);
  t.equal(bestDefaultRoute([fast, slow]), fast);
  t.equal(bestDefaultRoute([other, slow]), slow, 'whatever their metrics, which are not comparable');
  t.equal(bestDefaultRoute([route('ipv4', 5, 0xffff_ffff), other])?.index, 5);
  t.equal(bestDefaultRoute([other]), other, 'IPv6 where there is nothing else');
  t.equal(bestDefaultRoute([]), null);
  const first = route('ipv4', 9, 100);
  t.equal(bestDefaultRoute([first, fast]), first, 'of equals the first, as the kernel lists them');
  t.end();
});
