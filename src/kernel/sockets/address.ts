/** IPv4 (4 bytes) or IPv6 (16 bytes) in network order, as text; IPv6 in the form of RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return dotted(bytes, 0);
  const words: string[] = [];
  // The first of the longest runs of zeros ends before `end`.
  let [end, longest, zeros] = [0, 0, 0];
  for (let at = 0; at < 16; at += 2) {
    const word = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    zeros = word === 0 ? zeros + 1 : 0;
    if (zeros > longest) [end, longest] = [at / 2 + 1, zeros];
    words.push(word.toString(16));
  }
  // ::ffff:127.0.0.1, RFC 4291 section 2.5.5.2.
  if (end === 5 && longest === 5 && words[5] === 'ffff') return `::ffff:${dotted(bytes, 12)}`;
  if (longest < 2) return words.join(':');
  return `${words.slice(0, end - longest).join(':')}::${words.slice(end).join(':')}`;
}

function dotted(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
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
