import { SockwatchError } from './errors.js';
import { printable } from './text.js';

/** Longest piece of an input that is repeated in a message, in characters. */
const LONGEST_QUOTE = 60;

export interface Complaint {
  readonly file: string;
  /** Counted from 1; null where the fault has no line, as in a file that cannot be opened. */
  readonly line: number | null;
  /** What should be there, as the rest of the sentence "expected …". */
  readonly expected: string;
  /** What is there instead; text from the input passes through `quoted` first. */
  readonly found: string;
  readonly hint?: string;
}

/** The error for an input file that is not as it must be: `file:line: expected …, found …`, always one line. */
export function inputError({ file, line, expected, found, hint }: Complaint): SockwatchError {
  const place = line === null ? printable(file) : `${printable(file)}:${line}`;
  return new SockwatchError('ERR_INPUT', `${place}: expected ${expected}, found ${found}`, hint ? { hint } : {});
}

/**
 * Text from an input, fit for a message: in quotes, cut to a sane length, without anything that moves a cursor. The
 * spaces that align the columns of a table are left out.
 */
export function quoted(text: string): string {
  return `"${shortened(text.trim().replace(/[ \t]+/g, ' '), LONGEST_QUOTE)}"`;
}

/** The first `longest` characters, printable, with `…` where there were more. */
export function shortened(text: string, longest: number): string {
  const characters = [...text];
  return printable(characters.length > longest ? `${characters.slice(0, longest).join('')}…` : text);
}
