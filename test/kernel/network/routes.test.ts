import t from 'tap';
import {
  bestDefaultRoutes,
  type DefaultRoute,
  defaultRouteOf,
  type Nexthop,
  nexthopOf,
  withHops,
} from '../../../src/kernel/network/routes.js';
import { attribute, message, type RouteFields, routeHeader, u32 } from './messages.js';

const AF_INET6 = 10;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTA_NH_ID = 30;

const via = (index: number): Buffer => attribute(RTA_OIF, u32(index));
const metric = (value: number): Buffer => attribute(RTA_PRIORITY, u32(value));
const gateway = attribute(RTA_GATEWAY, Buffer.of(192, 0, 2, 1));

/** struct rtnexthop: length u16, flags, hops, index s32, then attributes. */
function nextHop(index: number, flags = 0): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16LE(8 + gateway.length, 0);
  header.writeUInt8(flags, 2);
  header.writeInt32LE(index, 4);
  return Buffer.concat([header, gateway]);
}

const ROUTE: DefaultRoute = { family: 'ipv4', table: 254, metric: 0, hops: [2], nexthop: null, source: null };

t.test('which routes are default routes, and their interfaces', (t) => {
  const cases: [string, RouteFields, Buffer[], Partial<DefaultRoute> | null][] = [
    ['IPv4', {}, [via(2), gateway], {}],
    ['with a metric', {}, [metric(100), gateway, via(2)], { metric: 100 }],
    ['the highest metric', {}, [metric(0xffff_ffff), via(2)], { metric: 0xffff_ffff }],
    ['IPv6', { family: AF_INET6 }, [via(3), metric(1024)], { family: 'ipv6', hops: [3], metric: 1024 }],
    ['several next hops: all', {}, [attribute(RTA_MULTIPATH, nextHop(4), nextHop(5))], { hops: [4, 5] }],
    ['dead, and without carrier', { flags: 0x11 }, [via(2), gateway], null],
    ['without carrier, and used all the same', { flags: 0x10 }, [via(2), gateway], {}],
    ['a dead next hop', {}, [attribute(RTA_MULTIPATH, nextHop(4, 0x11), nextHop(5))], { hops: [5] }],
    ['dead next hops alone', {}, [attribute(RTA_MULTIPATH, nextHop(4, 1), nextHop(5, 1))], null],
    ['the main table, as attribute', { table: 0 }, [via(2), attribute(RTA_TABLE, u32(254))], {}],
    ['a table of policy routing', { table: 252 }, [via(2), attribute(RTA_TABLE, u32(1000))], { table: 1000 }],
    ['with a preferred source', {}, [via(2), attribute(RTA_PREFSRC, Buffer.of(192, 0, 2, 5))], { source: '192.0.2.5' }],
    ['over a nexthop object alone', {}, [attribute(RTA_NH_ID, u32(7))], { hops: [], nexthop: 7 }],
    ['over a nexthop object whose hop is given', {}, [attribute(RTA_NH_ID, u32(7)), via(2)], {}],
    ['to a network', { destination: 24 }, [via(2)], null],
    ['from a network', { source: 8 }, [via(2)], null],
    ['the local table', { table: 255 }, [via(2)], null],
    ['blackhole', { type: 6 }, [metric(4096)], null],
    ['unreachable, on lo', { family: AF_INET6, type: 7 }, [via(1), metric(0xffff_ffff)], null],
    ['multicast', { type: 5 }, [via(2)], null],
    ['without an interface', {}, [gateway], null],
    ['next hops that are cut', {}, [attribute(RTA_MULTIPATH, Buffer.alloc(4))], null],
    ['a next hop shorter than its header', {}, [attribute(RTA_MULTIPATH, Buffer.alloc(8))], null],
  ];
  for (const [what, fields, attributes, expected] of cases) {
    const route = defaultRouteOf(message(routeHeader(fields), ...attributes));
    t.strictSame(route, expected === null ? null : { ...ROUTE, ...expected }, what);
  }
  t.end();
});

t.test('the hops of nexthop objects', (t) => {
  const header = Buffer.alloc(8);
  const [id, group, device] = [1, 2, 5];
  const member = (one: number): Buffer => Buffer.concat([u32(one), Buffer.alloc(4)]);
  const objects = [
    message(header, attribute(id, u32(7)), attribute(device, u32(2))),
    message(header, attribute(id, u32(8)), attribute(device, u32(3))),
    message(header, attribute(id, u32(9)), attribute(group, member(7), member(8))),
    message(header, attribute(id, u32(10)), attribute(4)),
  ].map(nexthopOf);
  const nexthops: Nexthop[] = [
    { id: 7, device: 2, members: [] },
    { id: 8, device: 3, members: [] },
    { id: 9, device: null, members: [7, 8] },
    { id: 10, device: null, members: [] },
  ];
  t.strictSame(objects, nexthops);
  t.equal(nexthopOf(message(header)), null, 'without an id');
  const over = (nexthop: number): DefaultRoute => ({ ...ROUTE, hops: [], nexthop });
  t.strictSame(withHops([ROUTE, over(7), over(9)], nexthops), [ROUTE, ROUTE, { ...ROUTE, hops: [2, 3] }]);
  t.strictSame(withHops([over(10), over(11)], nexthops), [], 'a blackhole, and an object that is gone');
  t.end();
});

t.test('of several default routes the lowest metric counts, the main table first, and IPv4 before IPv6', (t) => {
  const route = (changes: Partial<DefaultRoute>): DefaultRoute => ({ ...ROUTE, ...changes });
  const [slow, fast] = [route({ metric: 600 }), route({ hops: [3], metric: 100 })];
  const other = route({ family: 'ipv6', hops: [4] });
  t.strictSame(bestDefaultRoutes([slow, fast]), [fast]);
  t.strictSame(bestDefaultRoutes([fast, slow]), [fast]);
  t.strictSame(bestDefaultRoutes([other, slow]), [slow], 'whatever their metrics, which are not comparable');
  t.strictSame(bestDefaultRoutes([other]), [other], 'IPv6 where there is nothing else');
  t.strictSame(bestDefaultRoutes([slow, other], 'ipv6'), [other], 'of a family that is asked for');
  t.strictSame(bestDefaultRoutes([]), []);
  const equal = route({ hops: [9], metric: 100 });
  t.strictSame(bestDefaultRoutes([equal, fast]), [equal, fast], 'all of the same metric');
  const policy = route({ table: 1000, metric: 50 });
  t.strictSame(bestDefaultRoutes([policy, slow]), [slow]);
  t.strictSame(bestDefaultRoutes([policy]), [policy], 'another table where the main one has none');
  t.strictSame(bestDefaultRoutes([policy, other]), [other], 'which has one of the other family here');
  t.end();
});
