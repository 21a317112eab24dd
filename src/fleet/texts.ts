import { printable } from '../base/text.js';
import { HOLE, LITERAL, type Parts } from './text_parts.js';

/** Longer than any message of ours but those that list hundreds of holders; a file that was not made by us may hold more. */
const LONGEST = 4000;

/**
 * Process numbers and IPv4 addresses: what differs from node to node in messages that say the same. It decides how well texts
 * share their templates, never what comes out again.
 */
const VARIABLE = /pid \d+|\d+\.\d+\.\d+\.\d+/g;

const PID = 'pid ';

/** Numbers that can be stored as such: written in one way only, and small enough to leave room for LITERAL. */
const CANONICAL = /^[1-9]\d{0,8}$/;

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
      const lead = part.startsWith(PID) ? PID : '';
      const value = part.slice(lead.length);
      fillings.push(CANONICAL.test(value) ? Number(value) + LITERAL : this.number(value));
      return lead + HOLE;
    });
    return { template: this.number(template), fillings };
  }

  /** The number of a part as it stands in a table, a new one where it is new. */
  number(text: string): number {
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
