import { formatAttribute, formatGenlHeader, GENL_HEADER_LENGTH, getU16, putU32 } from 'netlink/dist/structs.js';
import { CoverageError } from '../../base/coverage.js';
import type { Netns } from '../addon.js';
import { type Dump, dumpMessages, type Message } from './dump_messages.js';

/** include/uapi/linux/netlink.h */
const NETLINK_GENERIC = 16;

/** include/uapi/linux/genetlink.h */
const GENL_ID_CTRL = 16;
const CTRL_CMD_GETFAMILY = 3;
const CTRL_ATTR_FAMILY_ID = 1;
const CTRL_ATTR_FAMILY_NAME = 2;

/** include/uapi/linux/wireguard.h */
const WG_CMD_GET_DEVICE = 0;
const WG_GENL_VERSION = 1;
const WGDEVICE_A_IFINDEX = 1;
const WGDEVICE_A_LISTEN_PORT = 6;

/** UDP ports of WireGuard devices by their index. They need their own netlink family and CAP_NET_ADMIN. */
export async function wireguardPorts(netns: Netns | null, devices: readonly number[]): Promise<Map<number, number>> {
  const ports = new Map<number, number>();
  if (devices.length === 0) return ports;
  // A dump of all families: the kernel would load a module for a name that it does not know.
  const families = await dumpMessages(netns, controlRequest());
  const family = wireguardFamily(families);
  for (const device of devices) {
    const port = listenPort(await dumpMessages(netns, deviceRequest(family, device)));
    if (port !== null) ports.set(device, port);
  }
  return ports;
}

function controlRequest(): Dump {
  const payload = formatGenlHeader({ cmd: CTRL_CMD_GETFAMILY, version: 1 });
  return {
    protocol: NETLINK_GENERIC,
    type: GENL_ID_CTRL,
    payload,
    headerLength: GENL_HEADER_LENGTH,
    what: 'families',
  };
}

/** The number of WireGuard's family. @throws CoverageError where the kernel has none */
export function wireguardFamily(families: readonly Message[]): number {
  for (const { attributes } of families) {
    if (attributes.get(CTRL_ATTR_FAMILY_NAME)?.toString('latin1') !== 'wireguard\0') continue;
    const id = attributes.get(CTRL_ATTR_FAMILY_ID);
    if (id !== undefined) return getU16(id);
  }
  throw new CoverageError({ code: 'dump-broke-off', params: { dump: 'wireguard', errno: 'ENOENT' } });
}

/** WG_CMD_GET_DEVICE, which the kernel answers as a dump only. */
export function deviceRequest(family: number, device: number): Dump {
  const index = formatAttribute({ type: WGDEVICE_A_IFINDEX, data: putU32(device) });
  const header = formatGenlHeader({ cmd: WG_CMD_GET_DEVICE, version: WG_GENL_VERSION });
  return {
    protocol: NETLINK_GENERIC,
    type: family,
    payload: Buffer.concat([header, ...index]),
    headerLength: GENL_HEADER_LENGTH,
    what: 'wireguard',
  };
}

/** A device with many peers is sent in several messages, the port in the first. */
export function listenPort(messages: readonly Message[]): number | null {
  for (const { attributes } of messages) {
    const port = attributes.get(WGDEVICE_A_LISTEN_PORT);
    if (port !== undefined) return getU16(port);
  }
  return null;
}
