/*
 * What terminals, editors, chats and mail add to a text, and where it is taken away again: UTF-16, byte order marks, colours,
 * no-break spaces, quote marks, indentation, and line breaks at a fixed width.
 */

export interface TextLine {
  /** From 1. */
  readonly number: number;
  /** Quote marks and indentation. */
  readonly before: string;
  readonly text: string;
}

const ESC = '\x1b';

/** Control sequences (ECMA-48), window titles and character sets. */
const SEQUENCE = new RegExp(
  `${ESC}(?:\\[[0-9;?]*[ -/]*([@-~])|\\][^\x07${ESC}]{0,999}(?:\x07|${ESC}\\\\)|[()][0-9A-Z]|[=>])`,
  'g',
);

/** Final bytes of those for colours, erasing and modes, which move nothing. */
const STILL = new Set([undefined, 'm', 'K', 'h', 'l']);

/** UTF-8 of U+00A0, U+2000 to U+200A, U+202F, U+3000, read as latin1; a lone \xa0 is latin1's own no-break space. */
const SPACES = /\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]|\xe3\x80\x80|(?<![\x80-\x9f\xa1-\xff])\xa0/g;

/** UTF-8 of U+200B to U+200F, U+2060 and U+FEFF, read as latin1. */
const INVISIBLE = /\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf/g;

/** `> ` of mail and Markdown, and indentation. */
const QUOTE_OR_INDENT = /^[ \t]*(?:>[ \t]*)*/;

/** Line breaks count as inserted if several lines are cut at the same width, and it is one that terminals and mail have. */
const MIN_WIDTH = 60;
const MIN_CUTS = 2;

/** The lines of a text, in latin1, which preserves the bytes of names. The last one is empty if the text ends with a newline. */
export function ssLines(bytes: Uint8Array): string[] {
  const text = latin1Of(bytes);
  const lines = text.includes('\n') ? text.split('\n') : text.split('\r');
  return lines.map((line) => cleaned(line.replace(/\r+$/, '')));
}

/** Names stay as they are: those of processes, in `users:((…))`, and those of unix sockets. */
function cleaned(line: string): string {
  if (!line.includes(ESC) && !/[\x80-\xff]/.test(line)) return line;
  const end = line.indexOf('users:((');
  const columns = end < 0 ? line : line.slice(0, end);
  const list = line.slice(columns.length);
  const isColoured = columns.includes(ESC) && !columns.startsWith('u_');
  const plain = isColoured ? withoutColours(columns) : columns;
  return withPlainSpaces(plain) + (isColoured ? withoutColours(list) : list);
}

/** Text without names, as ss wrote it. */
export function plainText(text: string): string {
  return withPlainSpaces(withoutColours(text));
}

function withPlainSpaces(text: string): string {
  return text.replace(INVISIBLE, '').replace(SPACES, ' ');
}

/** What moves the cursor becomes a space, so that nothing is joined that was apart. */
export function withoutColours(text: string): string {
  return text.replace(SEQUENCE, (_, final?: string) => (STILL.has(final) ? '' : ' '));
}

function latin1Of(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = utf16Order(buffer);
  if (order === null) return buffer.toString('latin1');
  const whole = Buffer.from(buffer.subarray(0, buffer.length & ~1));
  const text = (order === 'little' ? whole : whole.swap16()).toString('utf16le');
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** By the byte order mark, or else by the zeros of ASCII characters. */
function utf16Order(bytes: Buffer): 'little' | 'big' | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'little';
  if (first === 0xfe && second === 0xff) return 'big';
  const head = bytes.subarray(0, Math.min(64, bytes.length & ~1));
  if (head.length === 0) return null;
  const zerosAt = (parity: number): boolean => head.every((byte, at) => (byte === 0) === (at % 2 === parity));
  return zerosAt(1) ? 'little' : zerosAt(0) ? 'big' : null;
}

/** Numbers the lines, takes away what is before them, and joins those that were broken at a fixed width. */
export function numberedLines(lines: readonly string[], isStart: (text: string) => boolean): TextLine[] {
  const all = lines.map((line, at): TextLine => {
    const before = QUOTE_OR_INDENT.exec(line)?.[0] ?? '';
    return { number: at + 1, before, text: line.slice(before.length) };
  });
  const width = lines.reduce((widest, line) => Math.max(widest, line.length), 0);
  const isCut = (line: string | undefined, next: TextLine | undefined): boolean =>
    line?.length === width &&
    /\S$/.test(line) &&
    next !== undefined &&
    next.text !== '' &&
    next.before === all[0]?.before;
  const cuts = lines.map((line, at) => {
    const next = all[at + 1];
    return isCut(line, next) && next !== undefined && !isStart(next.text);
  });
  if (width < MIN_WIDTH || cuts.filter(Boolean).length < MIN_CUTS) return all;
  const joined: TextLine[] = [];
  for (const [at, line] of all.entries()) {
    const last = joined.at(-1);
    if (last === undefined || cuts[at - 1] !== true) joined.push(line);
    else joined[joined.length - 1] = { ...last, text: last.text + line.text };
  }
  return joined;
}
