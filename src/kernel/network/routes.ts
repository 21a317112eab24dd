import { AF_INET } from '../sockets/states.js';
import type { RouteMessage } from './rtnetlink.js';

export interface DefaultRoute {
  readonly family: 'ipv4' | 'ipv6';
  readonly index: number;
  readonly metric: number;
}

/** include/uapi/linux/rtnetlink.h */
const RT_TABLE_MAIN = 254;
const RTN_UNICAST = 1;
const RTA_OIF = 4;
const RTA_PRIORITY = 6;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;

/**
 * From one answer to RTM_GETROUTE (struct rtmsg: family, destination length, source length, tos, table, protocol, scope, type,
 * flags u32); null unless it is a default route of the main table. Of several next hops the first counts.
 */
export function defaultRouteOf({ header, attributes }: RouteMessage): DefaultRoute | null {
  const table = attributes.get(RTA_TABLE)?.readUInt32LE(0) ?? header.readUInt8(4);
  const isDefault = header.readUInt8(1) === 0 && header.readUInt8(2) === 0;
  if (!isDefault || table !== RT_TABLE_MAIN || header.readUInt8(7) !== RTN_UNICAST) return null;
  const index = attributes.get(RTA_OIF)?.readUInt32LE(0) ?? firstHop(attributes.get(RTA_MULTIPATH));
  if (index === null) return null;
  return {
    family: header.readUInt8(0) === AF_INET ? 'ipv4' : 'ipv6',
    index,
    metric: attributes.get(RTA_PRIORITY)?.readUInt32LE(0) ?? 0,
  };
}

/** struct rtnexthop: length u16, flags, hops, index s32. */
function firstHop(multipath: Buffer | undefined): number | null {
  return multipath === undefined || multipath.length < 8 ? null : multipath.readInt32LE(4);
}

/**
 * The route to the node's default interface: the lowest metric, IPv4 before IPv6, since metrics of the two families are not
 * comparable (the kernel's defaults are 0 and 1024).
 */
export function bestDefaultRoute(routes: readonly DefaultRoute[]): DefaultRoute | null {
  const order = (route: DefaultRoute): number => (route.family === 'ipv4' ? 0 : 2 ** 32) + route.metric;
  return routes.toSorted((a, b) => order(a) - order(b))[0] ?? null;
}
