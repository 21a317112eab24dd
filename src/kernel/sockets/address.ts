/** IPv4 (4 bytes) or IPv6 (16 bytes) in network order, as text; IPv6 in the form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return dotted(bytes, 0);
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0));
  const zeros = longestZeros(words);
  // ::ffff:127.0.0.1, RFC 4291 section 2.5.5.2.
  if (zeros.start === 0 && zeros.length === 5 && words[5] === 0xffff) return `::ffff:${dotted(bytes, 12)}`;
  const hex = (part: number[]): string => part.map((word) => word.toString(16)).join(':');
  if (zeros.length < 2) return hex(words);
  return `${hex(words.slice(0, zeros.start))}::${hex(words.slice(zeros.start + zeros.length))}`;
}

function dotted(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** The first of the longest runs. */
function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [at, word] of words.entries()) {
    length = word === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: at - length + 1, length };
  }
  return best;
}

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** IPv4 for a v4-mapped address, else the address itself. */
export function unmapped(address: string): string {
  // Spares the regular expression for nearly every address.
  if (!address.startsWith('::') || !address.includes('.')) return address;
  return MAPPED.exec(address)?.[1] ?? address;
}

/** 127.0.0.0/8 or ::1, v4-mapped included; for an address in the form of addressText(). */
export function isLoopback(address: string): boolean {
  const plain = unmapped(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** 0.0.0.0 or ::, and the v4-mapped ::ffff:0.0.0.0. */
export function isWildcard(address: string): boolean {
  const plain = unmapped(address);
  return plain === '0.0.0.0' || plain === '::';
}

/** Whether `address` is in `network`/`prefix`; never if the families differ. */
export function isInNetwork(address: string, network: string, prefix: number): boolean {
  const [one, other] = [unmapped(address), unmapped(network)];
  if (isIPv6(one) !== isIPv6(other)) return false;
  const hostBits = BigInt((isIPv6(one) ? 128 : 32) - prefix);
  return addressNumber(one) >> hostBits === addressNumber(other) >> hostBits;
}

/** For valid addresses only. Loading node:net for isIPv6() would take longer than reading all tables. */
function isIPv6(address: string): boolean {
  return address.includes(':');
}

/** The bits of an IPv4 address, or of an IPv6 address without a dotted part, as one number. */
export function addressNumber(address: string): bigint {
  if (!isIPv6(address)) return address.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').filter((word) => word !== ''));
  const zeros = Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((sum, word) => sum * 65536n + BigInt(`0x${word}`), 0n);
}

/** `127.0.0.1:22`, `[::1]:22`, `[fe80::1%eth0]:546`: with the device that it is bound to. */
export function endpointText(address: string, port: number, device: string | null): string {
  const scoped = device === null ? address : `${address}%${device}`;
  return isIPv6(address) ? `[${scoped}]:${port}` : `${scoped}:${port}`;
}
