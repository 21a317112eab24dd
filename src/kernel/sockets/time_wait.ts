import { type Netns, native } from '../addon.js';
import { addressText, unmapped } from './address.js';
import { concatAddresses } from './proc_net.js';

/** A socket in TIME_WAIT; its timer is 03, in hundredths of a second (get_timewait4_sock(), net/ipv4/tcp_ipv4.c). */
const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 06 [0-9A-F]+:[0-9A-F]+ 03:([0-9A-F]+) /;

/**
 * How long the local addresses of closed connections stay taken, by `PORT ADDRESS`, in milliseconds: until the last of them is gone.
 * Pure.
 */
export function parseTimeWait(text: string): Map<string, number> {
  const remaining = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, hex = '', port = '', time = ''] = LINE.exec(line) ?? [];
    if (hex === '') continue;
    const address = addressText(concatAddresses([hex]).subarray(0, hex.length / 2));
    const key = `${Number.parseInt(port, 16)} ${unmapped(address)}`;
    remaining.set(key, Math.max(remaining.get(key) ?? 0, Number.parseInt(time, 16) * 10));
  }
  return remaining;
}

/** The same of a network namespace. Empty where its tables cannot be read. */
export async function timeWaitMs(netns: Netns | null): Promise<Map<string, number>> {
  const files = ['/proc/thread-self/net/tcp', '/proc/thread-self/net/tcp6'];
  const read = (file: string) =>
    native()
      .readInNetns(netns, file)
      .catch(() => new Uint8Array());
  const texts = await Promise.all(files.map(read));
  return parseTimeWait(texts.map((bytes) => Buffer.from(bytes).toString('latin1')).join('\n'));
}
