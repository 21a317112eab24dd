import { createHmac, randomBytes } from 'node:crypto';

/** In bytes, of a random key; more than the digest's length adds nothing (RFC 2104, section 3). */
const KEY_LENGTH = 32;

/** Keyed pseudonyms (HMAC-SHA256): the same for the same input and key, and without the key guesses cannot be verified. */
export class Pseudonyms {
  readonly #key: string | Uint8Array;
  /** Identifies the key without revealing it. */
  readonly keyId: string;

  constructor(key: string | Uint8Array = randomBytes(KEY_LENGTH)) {
    this.#key = key;
    this.keyId = this.#digest('key id', '').toString('hex').slice(0, 16);
  }

  hex(text: string, count: number): string {
    let digits = '';
    for (let round = 0; digits.length < count; round++) digits += this.#digest(`name ${round}`, text).toString('hex');
    return digits.slice(0, count);
  }

  /** A number from 2^30 to 2^31 - 1, which cannot be confused with numbers that are kept. */
  number(text: string): number {
    return 2 ** 30 + (this.#digest('number', text).readUInt32BE(0) >>> 2);
  }

  bit(bits: string): 0 | 1 {
    return ((this.#digest('address', bits)[0] ?? 0) & 1) === 1 ? 1 : 0;
  }

  #digest(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(`${purpose}\0${text}`).digest();
  }
}
