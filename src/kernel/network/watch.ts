import { openRouteSocket } from './rtnetlink.js';

/** Multicast groups of rtnetlink: links, addresses and routes of both families, nexthop objects (enum rtnetlink_groups). */
const GROUPS = [1, 5, 7, 9, 11, 32] as const;

/** Calls back when a link, an address or a route of a network namespace changes. Returns a function that ends it. */
export function watchNetwork(netns: string | null, onChange: () => void): () => void {
  const socket = openRouteSocket(netns);
  // After an overrun notifications are missing, so something changed as well.
  socket.on('error', onChange);
  socket.on('message', onChange);
  for (const group of GROUPS) socket.addMembership(group);
  socket.ref();
  return () => socket.close();
}
