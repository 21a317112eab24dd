import { parseAttributes } from 'netlink/dist/structs.js';
import { CoverageError } from '../../base/coverage.js';
import { isKernelError, type NetlinkProtocol, type Netns, native } from '../addon.js';

/** A netlink message: the fixed part, and the attributes after it by type (of several of a type, the last). */
export interface Message {
  readonly header: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

export interface Dump {
  readonly protocol: NetlinkProtocol;
  readonly type: number;
  readonly payload: Uint8Array;
  /** Length of the fixed part of a message of the answer. */
  readonly headerLength: number;
  /** Names it in messages. */
  readonly what: string;
}

/**
 * The messages of a complete dump. If the table changes during it, it is repeated a few times, then an error.
 * @param netns null: our own network namespace
 */
export async function dumpMessages(netns: Netns | null, dump: Dump): Promise<Message[]> {
  const { protocol, type, payload, headerLength, what } = dump;
  const dumped = await native()
    .dumpNetlink(netns, protocol, type, payload, what)
    .catch((error: unknown) => {
      if (!isKernelError(error) || error.syscall !== 'NLMSG_ERROR') throw error;
      throw new CoverageError({ code: 'dump-broke-off', params: { dump: what, errno: error.code } });
    });
  if (dumped.interrupted) throw new CoverageError({ code: 'dump-changing', params: { dump: what } });
  const { payloads, ends } = dumped;
  const bytes = Buffer.from(payloads.buffer, payloads.byteOffset, payloads.byteLength);
  return Array.from(ends, (end, at) => messageIn(bytes.subarray(at === 0 ? 0 : ends[at - 1], end), headerLength));
}

/** @throws Error if a length is out of bounds */
export function messageIn(payload: Buffer, headerLength: number): Message {
  if (payload.length < headerLength) throw new RangeError(`a message of ${payload.length} bytes`);
  return { header: payload.subarray(0, headerLength), attributes: attributesIn(payload.subarray(headerLength)) };
}

/** Attributes by type, also of a nested attribute. @throws Error if a length is out of bounds */
export function attributesIn(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  parseAttributes(bytes, ({ type, data }) => {
    if (Buffer.isBuffer(data)) attributes.set(type, data);
  });
  return attributes;
}
