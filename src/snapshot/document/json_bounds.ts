import { inputError } from '../../base/input_error.js';

/** A snapshot nests 8 levels deep. JSON is written and walked recursively, but V8 parses it without recursion. */
const MAX_NESTING = 64;

/**
 * A value of two bytes of JSON can take a hundred times as much memory. A node with 50,000 listeners has two million values.
 */
export const MAX_VALUES = 4_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/**
 * Refuses JSON that would take unreasonable memory when parsed. Does not check whether it is valid.
 * @throws SockwatchError ERR_INPUT
 */
export function refuseManyValues(text: string, file: string): void {
  // Each takes a character at least, and counting them takes as long as parsing.
  if (text.length <= MAX_VALUES) return;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
          if (text.charCodeAt(at) === BACKSLASH) at += 1;
        }
        break;
      case COMMA:
      case OPEN_BRACKET:
      case OPEN_BRACE:
        values += 1;
        break;
    }
  }
  if (values > MAX_VALUES) {
    throw inputError({ file, line: null, expected: `at most ${MAX_VALUES} values`, found: 'more' });
  }
}

/**
 * Refuses parsed JSON that is nested too deeply to be walked.
 * @throws SockwatchError ERR_INPUT
 */
export function refuseDeepNesting(value: unknown, file: string, levels = MAX_NESTING): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) {
    const found = 'deeper nesting';
    throw inputError({ file, line: null, expected: `at most ${MAX_NESTING} levels of nesting`, found });
  }
  for (const child of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof child === 'object') refuseDeepNesting(child, file, levels - 1);
  }
}
