import { isIP, isIPv4 } from 'node:net';
import { addressText, unmapped } from '../../kernel/sockets/address.js';
import type { Pseudonyms } from './pseudonyms.js';

/** A range with a meaning. The first `kept` bits of its addresses are not changed. */
interface Range {
  readonly bits: string;
  readonly kept: number;
}

function range(prefix: string, kept?: number): Range {
  const [address = '', length = ''] = prefix.split('/');
  return { bits: bitsOf(address).slice(0, Number(length)), kept: kept ?? Number(length) };
}

/** IANA special-purpose registries (RFC 6890). In ranges for private use, all bits after the prefix are changed. */
const RANGES: Readonly<Record<4 | 6, readonly Range[]>> = {
  4: [
    range('0.0.0.0/8', 32),
    range('127.0.0.0/8', 32),
    range('255.255.255.255/32'),
    range('224.0.0.0/24', 32),
    range('224.0.0.0/4'),
    range('240.0.0.0/4'),
    range('169.254.0.0/16'),
    range('10.0.0.0/8'),
    range('172.16.0.0/12'),
    range('192.168.0.0/16'),
    range('100.64.0.0/10'),
  ],
  6: [
    range('::/127', 128),
    range('::ffff:0:0/96'),
    // The 54 zeros after fe80::/10 (RFC 4291, section 2.5.6), and the flags and scope after ff00::/8 (section 2.7).
    range('fe80::/10', 64),
    range('ff00::/8', 16),
    range('fc00::/7'),
  ],
};

/**
 * Prefix-preserving pseudonyms: whether a bit is flipped depends on all bits before it (Crypto-PAn, Xu et al. 2002, with HMAC
 * instead of AES). The mapping is injective, and common prefixes keep their length. Bits that lead to a range with a meaning
 * are not flipped, so that no address enters or leaves such a range.
 */
export class Addresses {
  readonly #pseudonyms: Pseudonyms;
  readonly #known = new Map<string, string>();
  /** Cached by family and prefix, which addresses of one network share. */
  readonly #flips = new Map<string, 0 | 1>();

  constructor(pseudonyms: Pseudonyms) {
    this.#pseudonyms = pseudonyms;
  }

  /** `address` has the form of addressText; `::ffff:a.b.c.d` is treated as IPv4. */
  replace(address: string): string {
    const plain = unmapped(address);
    const known = this.#known.get(plain) ?? this.#replaced(plain);
    this.#known.set(plain, known);
    return plain === address ? known : `::ffff:${known}`;
  }

  /** The address of a network, whose bits after `prefix` are zero. */
  replaceNetwork(address: string, prefix: number): string {
    const bits = bitsOf(this.replace(address));
    return textOf(bits.slice(0, prefix).padEnd(bits.length, '0'));
  }

  #replaced(address: string): string {
    const bits = bitsOf(address);
    const family = bits.length === 32 ? 4 : 6;
    let out = '';
    for (let at = 0; at < bits.length; at++) {
      const before = bits.slice(0, at);
      const bit = Number(bits[at]);
      out += bit ^ this.#flip(family, before);
    }
    return textOf(out);
  }

  #flip(family: 4 | 6, before: string): 0 | 1 {
    const key = `${family} ${before}`;
    const flip = this.#flips.get(key) ?? (isKept(before, RANGES[family]) ? 0 : this.#pseudonyms.bit(key));
    this.#flips.set(key, flip);
    return flip;
  }
}

/** Whether the next bit leads to a range, or is one of the kept bits of a range. */
function isKept(before: string, ranges: readonly Range[]): boolean {
  return ranges.some(({ bits, kept }) =>
    before.length < bits.length ? bits.startsWith(before) : before.length < kept && before.startsWith(bits),
  );
}

function bitsOf(address: string): string {
  const bytes = isIPv4(address) ? address.split('.').map(Number) : bytesOfIPv6(address);
  return bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

function bytesOfIPv6(address: string): number[] {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const [, head = address, tail] = dotted ?? [];
  const ending = tail === undefined ? [] : tail.split('.').map(Number);
  const [before = [], after] = head.split('::').map((half) => half.split(':').filter((word) => word !== ''));
  const words = (part: readonly string[]): number[] =>
    part.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]);
  const [left, right] = [words(before), [...words(after ?? []), ...ending]];
  return [...left, ...Array<number>(Math.max(0, 16 - left.length - right.length)).fill(0), ...right];
}

function textOf(bits: string): string {
  const bytes = Uint8Array.from({ length: bits.length / 8 }, (_, at) =>
    Number.parseInt(bits.slice(8 * at, 8 * at + 8), 2),
  );
  return addressText(bytes);
}

/** Whether a text is an address, without a zone. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}
