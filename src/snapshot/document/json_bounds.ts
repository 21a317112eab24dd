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
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const HINT = 'Is this the right file? A snapshot is the output of k8s-sockwatch --once.';

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
        at = endOfText(text, at);
        break;
      case COMMA:
      case OPEN_BRACKET:
      case OPEN_BRACE:
        values += 1;
        break;
    }
  }
  if (values > MAX_VALUES) {
    throw inputError({ file, line: null, expected: `at most ${MAX_VALUES} values`, found: 'more', hint: HINT });
  }
}

/** Whether text that is no valid JSON ends within a text, list or object. */
export function isCutOff(text: string): boolean {
  let depth = 0;
  let at = 0;
  for (; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfText(text, at);
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        depth += 1;
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth -= 1;
        break;
    }
  }
  return depth > 0 || at > text.length;
}

/** Of the text that begins there: the position of its last quote; beyond the end if it has none. */
function endOfText(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/**
 * Refuses parsed JSON that is nested too deeply to be walked.
 * @throws SockwatchError ERR_INPUT
 */
export function refuseDeepNesting(value: unknown, file: string, levels = MAX_NESTING): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0) {
    const found = 'deeper nesting';
    throw inputError({ file, line: null, expected: `at most ${MAX_NESTING} levels of nesting`, found, hint: HINT });
  }
  if (Array.isArray(value)) {
    for (const child of value) if (typeof child === 'object') refuseDeepNesting(child, file, levels - 1);
    return;
  }
  // Object.values() makes a list for each object, of which a thousand snapshots have a million.
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) if (typeof fields[key] === 'object') refuseDeepNesting(fields[key], file, levels - 1);
}
