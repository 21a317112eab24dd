import { getSystemErrorName } from 'node:util';
import { Flags, FlagsGet, MessageType, Protocol } from 'netlink/dist/constants.js';
import { createNetlink, type NetlinkSocket } from 'netlink/dist/netlink.js';
import { type NetlinkMessage, parseAttributes, parseMessages } from 'netlink/dist/structs.js';
import { CoverageError } from '../../base/coverage.js';
import { native } from '../addon.js';

/** One rtnetlink message: the fixed part, and the attributes after it by type (of several of a type, the last). */
export interface RouteMessage {
  readonly header: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** With the length of the fixed part (include/uapi/linux/rtnetlink.h, if_addr.h, nexthop.h). */
const DUMP = {
  links: { type: 18 /* RTM_GETLINK */, headerLength: 16 /* struct ifinfomsg */ },
  addresses: { type: 22 /* RTM_GETADDR */, headerLength: 8 /* struct ifaddrmsg */ },
  routes: { type: 26 /* RTM_GETROUTE */, headerLength: 12 /* struct rtmsg */ },
  nexthops: { type: 106 /* RTM_GETNEXTHOP */, headerLength: 8 /* struct nhmsg */ },
} as const;

const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;

/**
 * Opens an rtnetlink socket in a network namespace (null: our own). The `netlink` package opens it in the namespace of the calling
 * thread, which enters the namespace just for that.
 */
export function openRouteSocket(netns: string | null): NetlinkSocket {
  const open = (): NetlinkSocket =>
    createNetlink(Protocol.ROUTE, { ref: false, recvBufferSize: 1 << 20, sendBufferSize: 0 });
  return netns === null ? open() : native().inNetns(netns, open);
}

/** A complete dump. If the table changes during it, it is repeated a few times, then an error. */
export async function dumpRoutes(socket: NetlinkSocket, what: keyof typeof DUMP): Promise<RouteMessage[]> {
  const { type, headerLength } = DUMP[what];
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const ending = watchEnding(socket);
    try {
      const [messages, sender] = await socket.request(type, Buffer.alloc(headerLength), {
        flags: FlagsGet.DUMP,
        timeout: TIMEOUT_MS,
      });
      if (sender.port !== 0) throw new CoverageError({ code: 'dump-not-from-kernel', params: { dump: what } });
      if (ending.errno !== 0) {
        const errno = getSystemErrorName(ending.errno);
        throw new CoverageError({ code: 'dump-broke-off', params: { dump: what, errno } });
      }
      if (!ending.interrupted) return messages.map((message) => routeMessage(message, headerLength));
    } finally {
      ending.stop();
    }
  }
  throw new CoverageError({ code: 'dump-changing', params: { dump: what } });
}

/**
 * How a dump ended. The package drops its last message, NLMSG_DONE, which has the errno of a dump that broke off; like any other
 * message it can be the one with the flag that the table changed.
 */
function watchEnding(socket: NetlinkSocket): { interrupted: boolean; errno: number; stop(): void } {
  const ending = { interrupted: false, errno: 0, stop: () => void socket.socket.off('message', listen) };
  const listen = (datagram: Buffer): void => {
    for (const { type, flags, data } of parseMessages(datagram)) {
      if ((flags & Flags.DUMP_INTR) !== 0) ending.interrupted = true;
      const body = Buffer.isBuffer(data) ? data : null;
      if (type === MessageType.DONE && body !== null && body.length >= 4) ending.errno = body.readInt32LE(0);
    }
  };
  socket.socket.on('message', listen);
  return ending;
}

/** The data of a received message is one buffer; the package's type also covers messages to be sent. */
function routeMessage({ data }: NetlinkMessage, headerLength: number): RouteMessage {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [data]);
  return { header: bytes.subarray(0, headerLength), attributes: attributesIn(bytes.subarray(headerLength)) };
}

/** Attributes by type, also of a nested attribute. Throws if a length is out of bounds. */
export function attributesIn(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  parseAttributes(bytes, ({ type, data }) => {
    if (Buffer.isBuffer(data)) attributes.set(type, data);
  });
  return attributes;
}
