import { textOf } from '../../base/text.js';
import { attributesIn, type Message } from './dump_messages.js';

/** A network device. */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  /** As rtnetlink names it: `vxlan`, `veth`, …; null for hardware and loopback. */
  readonly kind: string | null;
  /** UDP port of a tunnel device; null for other devices, and for WireGuard (wireguard.ts). */
  readonly port: number | null;
}

/** include/uapi/linux/if_link.h */
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;

/** net/if.h */
const IFF_UP = 1;

/** By kind, the attribute of IFLA_INFO_DATA with the port, 16 bits in network order (include/uapi/linux/if_link.h). */
const PORT_ATTRIBUTE: Readonly<Record<string, number>> = {
  vxlan: 15, // IFLA_VXLAN_PORT
  geneve: 5, // IFLA_GENEVE_PORT
  bareudp: 1, // IFLA_BAREUDP_PORT
};

/** From one answer to RTM_GETLINK (struct ifinfomsg: family, pad, type u16, index s32, flags u32, change u32). */
export function linkOf({ header, attributes }: Message): Link {
  const info = attributesIn(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0));
  const kind = info.get(IFLA_INFO_KIND);
  const kindName = kind === undefined ? null : stringIn(kind);
  return {
    index: header.readInt32LE(4),
    name: stringIn(attributes.get(IFLA_IFNAME) ?? Buffer.alloc(0)),
    up: (header.readUInt32LE(8) & IFF_UP) !== 0,
    kind: kindName,
    port: kindName === null ? null : portIn(kindName, info.get(IFLA_INFO_DATA)),
  };
}

function portIn(kind: string, data: Buffer | undefined): number | null {
  const attribute = PORT_ATTRIBUTE[kind];
  if (attribute === undefined || data === undefined) return null;
  const port = attributesIn(data).get(attribute);
  return port === undefined || port.length < 2 ? null : port.readUInt16BE(0);
}

/** Up to a NUL. Device names can hold any bytes. */
function stringIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return textOf(end < 0 ? bytes : bytes.subarray(0, end));
}
