import { printable } from '../sockets/bytes.js';
import { HOLE, LITERAL, type Parts } from './text_parts.js';

/** Longer than any message of ours but those that list hundreds of holders; a file that was not made by us may hold more. */
const LONGEST = 4000;

/**
 * What differs from node to node in messages that say the same: process numbers, pods, addresses. It decides how well texts
 * share their templates, never what comes out again.
 */
const VARIABLE =
  /(?<=\bpid )\d{1,10}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?<![0-9a-f:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}/g;

/** Process numbers go up to 2^22 (PID_MAX_LIMIT, include/linux/threads.h). */
const CANONICAL = /^[1-9]\d{0,7}$/;

/** A text in two parts: its template's number in the table, and what fills its holes, in order; each fits into 32 bits. */
export interface StoredText {
  readonly template: number;
  readonly fillings: readonly number[];
}

/**
 * Texts of many nodes, each part of them once. A thousand nodes say nearly the same: kept whole, their messages would take
 * most of the memory of a matrix and most of the bytes of its page.
 */
export class TextTable {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /** All parts, in the order of their numbers. */
  get parts(): Parts {
    return this.#texts;
  }

  store(text: string): StoredText {
    const safe = shorten(printable(text));
    const fillings: number[] = [];
    const template = safe.replace(VARIABLE, (part) => {
      fillings.push(CANONICAL.test(part) ? Number(part) + LITERAL : this.#number(part));
      return HOLE;
    });
    return { template: this.#number(template), fillings };
  }

  #number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
