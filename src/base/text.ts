import { isUtf8 } from 'node:buffer';

/**
 * A name chosen by a process (comm, argv, paths, cgroups) arrives as bytes and is kept as UTF-8 text. If the bytes are not
 * valid UTF-8, each invalid byte is written `\xNN` and the field `<key>Raw` holds all bytes in base64, so that nothing is
 * lost. Of a name of more than 512 bytes the middle is left out, where a `…` stands, and the field `<key>Length` says how many bytes
 * it has. The text may contain control characters: pass it through `printable` before showing it.
 */
export type TextField<Key extends string> = { readonly [key in Key]: string | null } & {
  readonly [key in `${Key}Raw`]?: string;
} & { readonly [key in `${Key}Length`]?: number };

/**
 * In bytes, of a longer name: one name of 4 KiB for each of thousands of listeners would make a document of gigabytes. The end of a
 * path has the name of the file, of at most 255 bytes (NAME_MAX, include/uapi/linux/limits.h), by which owners are matched.
 */
const HEAD_LENGTH = 128;
const TAIL_LENGTH = 384;

/** The field `key` for `bytes`, with its companions if they are not UTF-8 or too long; null for null. */
export function textField<Key extends string>(key: Key, bytes: Uint8Array | null): TextField<Key> {
  if (bytes === null || !isTooLong(bytes)) return wholeTextField(key, bytes);
  return { ...wholeTextField(key, shortened(bytes)), [`${key}Length`]: bytes.length };
}

/** The same, however long the name is. */
export function wholeTextField<Key extends string>(key: Key, bytes: Uint8Array | null): TextField<Key> {
  return { [key]: bytes === null ? null : textOf(bytes), ...rawField(key, bytes) } as unknown as TextField<Key>;
}

/** Whether `textField` leaves out the middle of a name. */
export function isTooLong(bytes: Uint8Array): boolean {
  return bytes.length > HEAD_LENGTH + TAIL_LENGTH;
}

const ELLIPSIS = Buffer.from('…');

/** The first and the last bytes, without parts of a character. */
function shortened(bytes: Uint8Array): Uint8Array {
  let head = HEAD_LENGTH;
  while (head > HEAD_LENGTH - 3 && isContinuation(bytes[head])) head -= 1;
  let tail = bytes.length - TAIL_LENGTH;
  while (tail < bytes.length - TAIL_LENGTH + 3 && isContinuation(bytes[tail])) tail += 1;
  return Buffer.concat([bytes.subarray(0, head), ELLIPSIS, bytes.subarray(tail)]);
}

/** A byte of a UTF-8 sequence after the first (RFC 3629). */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function rawField(key: string, bytes: Uint8Array | null): Record<string, string> {
  return bytes === null || isUtf8(bytes) ? {} : { [`${key}Raw`]: Buffer.from(bytes).toString('base64') };
}

/** Decodes UTF-8, writing each invalid byte as `\xNN`. */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? decoded(bytes) : escapeInvalid(bytes);
}

function decoded({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}

function escapeInvalid(bytes: Uint8Array): string {
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] as number);
    const sequence = bytes.subarray(at, at + length);
    if (length > 0 && sequence.length === length && isUtf8(sequence)) {
      out += decoded(sequence);
      at += length;
    } else {
      out += hexEscape(bytes[at] as number);
      at += 1;
    }
  }
  return out;
}

/** Length of a UTF-8 sequence from its first byte (RFC 3629); 0 for a byte that starts none. */
function sequenceLength(first: number): number {
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  if (first >= 0xf0 && first <= 0xf4) return 4;
  return 0;
}

function hexEscape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/**
 * Everything that could move the cursor, change colours or make one name look like another: C0 and C1 controls, line and
 * paragraph separators, bidirectional controls, zero-width characters, fillers and tags. Lone surrogates are not text.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Fast path: matches nearly every text and is much cheaper than the class above. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Makes text safe for terminals and tables: unprintable characters become `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x100 ? hexEscape(code) : `\\u{${code.toString(16)}}`;
  });
}

/** Copies `bytes` if they share their buffer, so that keeping them does not keep the rest of it alive. */
export function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
