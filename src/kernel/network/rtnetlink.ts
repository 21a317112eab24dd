import type { Netns } from '../addon.js';
import { dumpMessages, type Message } from './dump_messages.js';

/** include/uapi/linux/netlink.h */
const NETLINK_ROUTE = 0;

/** With the length of the fixed part (include/uapi/linux/rtnetlink.h, if_addr.h, nexthop.h). */
const DUMP = {
  links: { type: 18 /* RTM_GETLINK */, headerLength: 16 /* struct ifinfomsg */ },
  addresses: { type: 22 /* RTM_GETADDR */, headerLength: 8 /* struct ifaddrmsg */ },
  routes: { type: 26 /* RTM_GETROUTE */, headerLength: 12 /* struct rtmsg */ },
  nexthops: { type: 106 /* RTM_GETNEXTHOP */, headerLength: 8 /* struct nhmsg */ },
} as const;

/** A complete rtnetlink dump of a network namespace (null: our own). */
export async function dumpRoutes(netns: Netns | null, what: keyof typeof DUMP): Promise<Message[]> {
  const { type, headerLength } = DUMP[what];
  // All zero: of every family.
  const payload = Buffer.alloc(headerLength);
  return dumpMessages(netns, { protocol: NETLINK_ROUTE, type, payload, headerLength, what });
}
