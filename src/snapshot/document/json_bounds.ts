import { inputError } from '../../base/input_error.js';

/** A snapshot nests 8 levels deep. JSON is written and walked recursively. */
export const MAX_NESTING = 64;

/**
 * A value of two bytes of JSON can take a hundred times as much memory. A node with 50,000 listeners has two million values.
 */
export const MAX_VALUES = 4_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Refuses JSON that would take unreasonable memory or stack when parsed. Does not check whether it is valid.
 * @throws SockwatchError ERR_INPUT
 */
export function refuseUnboundedJson(text: string, file: string): void {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at += 1) {
          if (text.charCodeAt(at) === BACKSLASH) at += 1;
        }
        break;
      case COMMA:
        values += 1;
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        values += 1;
        depth += 1;
        if (depth > MAX_NESTING) {
          const found = 'deeper nesting';
          throw inputError({ file, line: null, expected: `at most ${MAX_NESTING} levels of nesting`, found });
        }
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth -= 1;
        break;
    }
  }
  if (values > MAX_VALUES) {
    throw inputError({ file, line: null, expected: `at most ${MAX_VALUES} values`, found: 'more' });
  }
}
