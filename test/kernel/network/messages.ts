import { attributesIn, type Message } from '../../../src/kernel/network/dump_messages.js';

/* rtnetlink messages built by hand, byte for byte as the kernel lays them out (include/uapi/linux/netlink.h, rtnetlink.h). */

/** struct nlattr: length u16, type u16, then the value, padded to four bytes. */
export function attribute(type: number, ...value: Buffer[]): Buffer {
  const payload = Buffer.concat(value);
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + payload.length, 0);
  header.writeUInt16LE(type, 2);
  return Buffer.concat([header, payload, Buffer.alloc(-payload.length & 3)]);
}

/** The flag NLA_F_NESTED, which newer kernels set on nested attributes. */
export const NESTED = 0x8000;

export const u8 = (value: number): Buffer => Buffer.of(value);
export const u16be = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export const text = (value: string, encoding: BufferEncoding = 'utf8'): Buffer => Buffer.from(`${value}\0`, encoding);

export function message(header: Buffer, ...attributes: Buffer[]): Message {
  return { header, attributes: attributesIn(Buffer.concat(attributes)) };
}

/** struct ifinfomsg */
export function linkHeader(index: number, flags: number): Buffer {
  return Buffer.concat([Buffer.alloc(4), u32(index), u32(flags), u32(0)]);
}

/** struct ifaddrmsg */
export function addressHeader(family: number, index: number, scope = 0): Buffer {
  return Buffer.concat([Buffer.of(family, 24, 0x80, scope), u32(index)]);
}

export interface RouteFields {
  readonly family?: number;
  readonly destination?: number;
  readonly source?: number;
  readonly table?: number;
  readonly type?: number;
  readonly flags?: number;
}

/** struct rtmsg of a default route in the main table, unless told otherwise. */
export function routeHeader(fields: RouteFields): Buffer {
  const { family = 2, destination = 0, source = 0, table = 254, type = 1, flags = 0 } = fields;
  return Buffer.concat([Buffer.of(family, destination, source, 0, table, 3, 0, type), u32(flags)]);
}
