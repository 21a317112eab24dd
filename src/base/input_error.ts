import { SockwatchError } from './errors.js';
import { printable } from './text.js';

/** In characters, of input text repeated in a message. */
const MAX_QUOTE_LENGTH = 60;

/** The hint for an empty file. */
export const EMPTY_HINT = 'The command that should have written it failed, or has not finished.';

export interface InputFault {
  readonly file: string;
  /** From 1; null if the fault has no line, as for a file that cannot be opened. */
  readonly line: number | null;
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** Completes "found …". Text from the input must pass through `quoted`. */
  readonly found: string;
  readonly hint?: string;
}

/** An ERR_INPUT error in the form `file:line: expected …, found …`, on one line. */
export function inputError({ file, line, expected, found, hint }: InputFault): SockwatchError {
  const location = line === null ? printable(file) : `${printable(file)}:${line}`;
  const details = { file: location, ...(hint ? { hint } : {}) };
  return new SockwatchError('ERR_INPUT', `expected ${expected}, found ${found}`, details);
}

/** Input text for a message: quoted, truncated, printable, with runs of blanks (the padding of table columns) collapsed. */
export function quoted(text: string): string {
  return `"${shortened(text.trim().replace(/[ \t]+/g, ' '), MAX_QUOTE_LENGTH)}"`;
}

/** `text` as printable characters, truncated to `maxLength` of them with a trailing `…`. */
export function shortened(text: string, maxLength: number): string {
  const characters = [...text];
  return printable(characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : text);
}
