import { addressText } from '../sockets/address.js';
import { AF_INET } from '../sockets/states.js';
import type { Message } from './dump_messages.js';

/** A route to everywhere, in any table. */
export interface DefaultRoute {
  readonly family: 'ipv4' | 'ipv6';
  readonly table: number;
  readonly metric: number;
  /** Indexes of the interfaces of its hops. */
  readonly hops: readonly number[];
  /** Id of the nexthop object that has the hops, where the route itself has none (net.ipv4.nexthop_compat_mode=0). */
  readonly nexthop: number | null;
  /** The preferred source address. */
  readonly source: string | null;
}

/** include/uapi/linux/rtnetlink.h */
export const RT_TABLE_MAIN = 254;
const RT_TABLE_LOCAL = 255;
/** The interface is down, or without carrier where such routes are to be ignored: nothing leaves by this hop. */
const RTNH_F_DEAD = 1;
const RTN_UNICAST = 1;
const RTA_OIF = 4;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_MULTIPATH = 9;
const RTA_TABLE = 15;
const RTA_NH_ID = 30;

/**
 * From one answer to RTM_GETROUTE (struct rtmsg: family, destination length, source length, tos, table, protocol, scope, type,
 * flags u32); null unless it is a default route that leads somewhere.
 */
export function defaultRouteOf({ header, attributes }: Message): DefaultRoute | null {
  const table = attributes.get(RTA_TABLE)?.readUInt32LE(0) ?? header.readUInt8(4);
  const isDefault = header.readUInt8(1) === 0 && header.readUInt8(2) === 0;
  if (!isDefault || table === RT_TABLE_LOCAL || header.readUInt8(7) !== RTN_UNICAST) return null;
  if ((header.readUInt32LE(8) & RTNH_F_DEAD) !== 0) return null;
  const device = attributes.get(RTA_OIF)?.readUInt32LE(0);
  const hops = device === undefined ? hopsIn(attributes.get(RTA_MULTIPATH) ?? Buffer.alloc(0)) : [device];
  const nexthop = hops.length === 0 ? (attributes.get(RTA_NH_ID)?.readUInt32LE(0) ?? null) : null;
  if (hops.length === 0 && nexthop === null) return null;
  const source = attributes.get(RTA_PREFSRC);
  return {
    family: header.readUInt8(0) === AF_INET ? 'ipv4' : 'ipv6',
    table,
    metric: attributes.get(RTA_PRIORITY)?.readUInt32LE(0) ?? 0,
    hops,
    nexthop,
    source: source === undefined ? null : addressText(source),
  };
}

/** A list of struct rtnexthop: length u16, flags, hops, index s32, then attributes, padded to four bytes. */
function hopsIn(multipath: Buffer): number[] {
  const hops: number[] = [];
  for (let at = 0; at + 8 <= multipath.length; ) {
    const length = multipath.readUInt16LE(at);
    if (length < 8) break;
    if ((multipath.readUInt8(at + 2) & RTNH_F_DEAD) === 0) hops.push(multipath.readInt32LE(at + 4));
    at += (length + 3) & ~3;
  }
  return hops;
}

/** A nexthop object: one hop, or a group of others. */
export interface Nexthop {
  readonly id: number;
  readonly device: number | null;
  readonly members: readonly number[];
}

/** include/uapi/linux/nexthop.h */
const NHA_ID = 1;
const NHA_GROUP = 2;
const NHA_OIF = 5;

/**
 * From one answer to RTM_GETNEXTHOP (struct nhmsg: family, scope, protocol, reserved, flags u32). A group is a list of struct nexthop_grp: id u32,
 * weight, and three more bytes.
 */
export function nexthopOf({ header, attributes }: Message): Nexthop | null {
  const id = attributes.get(NHA_ID)?.readUInt32LE(0);
  if (id === undefined) return null;
  const group = attributes.get(NHA_GROUP) ?? Buffer.alloc(0);
  const members = Array.from({ length: Math.floor(group.length / 8) }, (_, at) => group.readUInt32LE(8 * at));
  const isDead = (header.readUInt32LE(4) & RTNH_F_DEAD) !== 0;
  return { id, device: isDead ? null : (attributes.get(NHA_OIF)?.readUInt32LE(0) ?? null), members };
}

/** The routes with the hops of their nexthop objects, without those whose object is unknown. A group has no groups in it. */
export function withHops(routes: readonly DefaultRoute[], nexthops: readonly Nexthop[]): DefaultRoute[] {
  const byId = new Map(nexthops.map((one) => [one.id, one]));
  const hopsOf = (id: number): number[] => {
    const { device = null, members = [] } = byId.get(id) ?? {};
    return [device, ...members.map((member) => byId.get(member)?.device ?? null)].filter((one) => one !== null);
  };
  return routes
    .map((route) => (route.nexthop === null ? route : { ...route, hops: hopsOf(route.nexthop), nexthop: null }))
    .filter(({ hops }) => hops.length > 0);
}

/**
 * The routes that together are the node's default route: those of the main table, or of all others if it has none; of one family,
 * IPv4 if there is any, since metrics of the two are not comparable (the kernel's defaults are 0 and 1024); of the lowest metric.
 */
export function bestDefaultRoutes(routes: readonly DefaultRoute[], family?: DefaultRoute['family']): DefaultRoute[] {
  const main = routes.filter(({ table }) => table === RT_TABLE_MAIN);
  const usable = main.length > 0 ? main : routes;
  const wanted = family ?? (usable.some((route) => route.family === 'ipv4') ? 'ipv4' : 'ipv6');
  const ofFamily = usable.filter((route) => route.family === wanted);
  const metric = ofFamily.reduce((lowest, route) => Math.min(lowest, route.metric), Number.POSITIVE_INFINITY);
  return ofFamily.filter((route) => route.metric === metric);
}
