import { isUtf8 } from 'node:buffer';
import { inputError } from './input_error.js';

/** A text file as the parsers see it: UTF-8 without a byte order mark, with \n as the only line ending. */
export interface TextSource {
  readonly file: string;
  readonly text: string;
  /** Line 1 of the file is `lines[0]`. */
  readonly lines: readonly string[];
}

const NEWLINE = 0x0a;
/** Byte order marks. */
const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/** Decodes the contents of `file`. Throws as `decodeText` does. */
export function decodeSource(file: string, bytes: Uint8Array): TextSource {
  const text = decodeText(file, bytes);
  return { file, text, lines: text.split('\n') };
}

/** The text of a `TextSource`. Throws ERR_INPUT for anything but UTF-8, and for a NUL, with the line. */
export function decodeText(file: string, bytes: Uint8Array, hint = ''): string {
  if (UTF_16.some(([first, second]) => bytes[0] === first && bytes[1] === second)) {
    const how = 'PowerShell writes UTF-16 for >; use Out-File -Encoding utf8.';
    throw inputError({ file, line: null, expected: 'text in UTF-8', found: 'UTF-16', hint: how });
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    throw inputError({ file, line: lineOf(bytes, nul), expected: 'text in UTF-8', found: 'a NUL byte', hint });
  }
  if (!isUtf8(bytes)) {
    const line = firstInvalidLine(bytes);
    throw inputError({ file, line, expected: 'text in UTF-8', found: 'bytes that are not UTF-8', hint });
  }
  // TextDecoder strips a byte order mark by default.
  return new TextDecoder().decode(bytes).replace(/\r\n?/g, '\n');
}

function lineOf(bytes: Uint8Array, offset: number): number {
  return bytes.subarray(0, offset).filter((byte) => byte === NEWLINE).length + 1;
}

/** A newline byte is never part of a longer UTF-8 sequence, so each line can be checked on its own. */
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
