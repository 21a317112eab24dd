import { isIP, isIPv4 } from '../base/ip.js';
import { addressNumber } from '../kernel/sockets/address.js';
import type { Transport } from '../kernel/sockets/listener.js';
import type { Host } from './rows.js';

export interface Endpoint {
  readonly host: Host;
  /** As written: `localhost`, `*`, `[fd00::1]`. */
  readonly hostText: string;
  readonly port: number;
}

/** For messages. */
export const ENDPOINT_FORM = 'HOST:PORT, with localhost, default, *, an address or a network (10.0.0.0/8) as HOST';

/** Parses `localhost:9879`, `*:4244`, `[fd00::/64]:6400`, …; null if it is not an endpoint. */
export function parseEndpoint(text: string): Endpoint | null {
  const [, hostText = '', portText = ''] = /^(.+):([^:\]]*)$/.exec(text) ?? [];
  const port = parsePort(portText);
  const host = parseHost(hostText);
  return port === null || host === null ? null : { host, hostText, port };
}

/** Decimal, 1 to 65535, without sign or leading zeros; else null. */
export function parsePort(text: string): number | null {
  if (!/^[1-9][0-9]{0,4}$/.test(text)) return null;
  const port = Number(text);
  return port <= 65535 ? port : null;
}

/** Equal for equivalent hosts. */
export function hostKey(host: Host): string {
  return host.kind === 'network' ? `${host.address}/${host.prefix}` : host.kind;
}

/**
 * Pages do not distinguish address families, so 127.0.0.1 and ::1 are `localhost`, and 0.0.0.0 and :: are `*`. Any other
 * literal, such as 127.0.0.53, means exactly that address.
 */
const KEYWORDS: ReadonlyMap<string, Host> = new Map([
  ['localhost', { kind: 'localhost' }],
  ['127.0.0.1', { kind: 'localhost' }],
  ['[::1]', { kind: 'localhost' }],
  ['default', { kind: 'default' }],
  ['*', { kind: 'any' }],
  ['0.0.0.0', { kind: 'any' }],
  ['[::]', { kind: 'any' }],
]);

function parseHost(text: string): Host | null {
  const word = KEYWORDS.get(text.toLowerCase());
  if (word !== undefined) return word;
  // IPv6 needs brackets, since `fd00::1:6400` is ambiguous; IPv4 must not have them.
  const [, inner] = /^\[(.*)\]$/.exec(text) ?? [];
  const [written = '', prefixText, ...more] = (inner ?? text).split('/');
  const address = canonicalAddress(written);
  if (address === null || more.length > 0 || (inner !== undefined) !== address.includes(':')) return null;
  const width = isIPv4(address) ? 32 : 128;
  if (prefixText === undefined) {
    return KEYWORDS.get(inner === undefined ? address : `[${address}]`) ?? { kind: 'network', address, prefix: width };
  }
  const prefix = /^(?:0|[1-9][0-9]{0,2})$/.test(prefixText) ? Number(prefixText) : Number.POSITIVE_INFINITY;
  // 192.0.2.7/24 is ambiguous: the address, or its network?
  return prefix <= width && hostBitsAreZero(address, width - prefix) ? { kind: 'network', address, prefix } : null;
}

/**
 * An address in the form of RFC 5952, as in socket tables; null if it is not one. Refuses zones (`fe80::1%eth0`), which are
 * meaningless on another node, and IPv4-mapped addresses, which should be written as IPv4.
 */
export function canonicalAddress(text: string): string | null {
  const family = isIP(text);
  if (family === 4) return text;
  if (family === 0 || text.includes('%')) return null;
  const address = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  return /^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(address) ? null : address;
}

function hostBitsAreZero(address: string, bits: number): boolean {
  return addressNumber(address) % 2n ** BigInt(bits) === 0n;
}

/** Parses a cell such as `TCP`, `tcp/udp`, `TCP and UDP`; null for anything else. */
export function parseTransports(text: string): Transport[] | null {
  const names = text.toLowerCase().split(/\s*[/,&+]\s*|\s+and\s+/);
  const transports = (['tcp', 'udp'] as const).filter((transport) => names.includes(transport));
  return transports.length === names.length ? transports : null;
}

/** The path of `unix:///run/x.sock` or a bare `/run/x.sock`; null if it is not one absolute, normalized path. */
export function parseSocketPath(text: string): string | null {
  const path = text.replace(/^unix:\/\//i, '');
  const isPlain = /^(?:\/[^\s/*<>{}$]+)+$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
  return isPlain ? path : null;
}
