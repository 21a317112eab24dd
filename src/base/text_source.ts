import { isUtf8 } from 'node:buffer';
import { inputError } from './input_error.js';

/** A text file as the parsers see it: UTF-8, without byte order mark, every line ending a single \n. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** `text` split at its line endings; line 1 of the file is `lines[0]`. */
  readonly lines: readonly string[];
}

const NEWLINE = 0x0a;

/** Bytes of `file` as text. Throws ERR_INPUT, with the line, for a NUL and for bytes that are not UTF-8. */
export function sourceOf(file: string, bytes: Uint8Array): Source {
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw inputError({ file, line: lineOf(bytes, nul), expected: 'text in UTF-8', found: 'a NUL byte' });
  }
  if (!isUtf8(bytes)) {
    const line = firstInvalidLine(bytes);
    throw inputError({ file, line, expected: 'text in UTF-8', found: 'bytes that are not UTF-8' });
  }
  // TextDecoder takes a byte order mark off unless told otherwise.
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
  return { file, text, lines: text.split('\n') };
}

function lineOf(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(0, offset).filter((byte) => byte === NEWLINE).length + 1;
}

/** A newline is never part of a longer UTF-8 sequence, so the lines can be looked at one by one. */
function firstInvalidLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    if (newline === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    line += 1;
    start = end + 1;
  }
}
