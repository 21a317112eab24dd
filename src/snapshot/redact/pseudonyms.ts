import { createHmac, randomBytes } from 'node:crypto';

/** Bytes of the key that is made where none is given: as many as the digest has, more add nothing (RFC 2104, section 3). */
const KEY_LENGTH = 32;

/**
 * Names that say nothing of what they stand for, the same for the same thing under the same key (HMAC-SHA256). Without the
 * key nobody can try out guesses.
 */
export class Pseudonyms {
  readonly #key: string | Uint8Array;
  /** Says which files were made with one key, and nothing about the key. */
  readonly keyId: string;

  constructor(key: string | Uint8Array = randomBytes(KEY_LENGTH)) {
    this.#key = key;
    this.keyId = this.#digest('key id', '').toString('hex').slice(0, 16);
  }

  /** Hex digits, `count` of them. */
  hex(text: string, count: number): string {
    let digits = '';
    for (let round = 0; digits.length < count; round++) digits += this.#digest(`name ${round}`, text).toString('hex');
    return digits.slice(0, count);
  }

  /** A number of 31 bits, never below 2^30: apart from every number that stays as it is. */
  number(text: string): number {
    return 2 ** 30 + (this.#digest('number', text).readUInt32BE(0) >>> 2);
  }

  /** One bit for a string of bits. */
  bit(bits: string): 0 | 1 {
    return ((this.#digest('address', bits)[0] ?? 0) & 1) === 1 ? 1 : 0;
  }

  #digest(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\0${text}`).digest();
  }
}
