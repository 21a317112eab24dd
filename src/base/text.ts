import { isUtf8 } from 'node:buffer';

/**
 * Names that somebody else chose (comm, argv, paths, cgroups) arrive as bytes. They are kept as text where they are valid
 * UTF-8. Otherwise each invalid byte is written `\xNN` and all bytes stand beside the text in base64, in a field of the
 * same name with `Raw` behind it, so that nothing is lost. Text may hold control characters: only `printable` makes it
 * fit for a screen.
 */
export type TextField<Key extends string> = { readonly [key in Key]: string | null } & {
  readonly [key in `${Key}Raw`]?: string;
};

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The field `key` for these bytes, with its `Raw` companion where the bytes are not UTF-8; `null` gives a null field. */
export function textField<Key extends string>(key: Key, bytes: Uint8Array | null): TextField<Key> {
  return { [key]: bytes === null ? null : textOf(bytes), ...rawField(key, bytes) } as unknown as TextField<Key>;
}

function rawField(key: string, bytes: Uint8Array | null): Record<string, string> {
  return bytes === null || isUtf8(bytes) ? {} : { [`${key}Raw`]: Buffer.from(bytes).toString('base64') };
}

/** Bytes as text, each byte that is not valid UTF-8 as `\xNN`. */
export function textOf(bytes: Uint8Array): string {
  return isUtf8(bytes) ? strict.decode(bytes) : escapeInvalid(bytes);
}

/** Valid UTF-8 sequences as they are, every other byte as `\xNN`. */
function escapeInvalid(bytes: Uint8Array): string {
  let out = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes[at] as number);
    const sequence = bytes.subarray(at, at + length);
    let decoded: string | null = null;
    if (length > 0 && sequence.length === length) {
      try {
        decoded = strict.decode(sequence);
      } catch {
        decoded = null;
      }
    }
    if (decoded === null) {
      out += hexEscape(bytes[at] as number);
      at += 1;
    } else {
      out += decoded;
      at += length;
    }
  }
  return out;
}

/** Length of a UTF-8 sequence by its first byte (RFC 3629), 0 where none starts with that byte. */
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
 * C0 and C1 controls, line and paragraph separators, and the characters that reorder or hide text (bidirectional
 * controls, zero widths, fillers, tags): everything that could move a cursor, change a colour or make a name read as
 * another. Lone surrogates are in the class because they are not text at all.
 */
export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Nearly every text: found out in a fraction of the time that the classes above take. */
const PLAIN = /^[\x20-\x7e]*$/;

/** A string that is safe on a terminal and in a table: each unprintable character as `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x100 ? hexEscape(code) : `\\u{${code.toString(16)}}`;
  });
}

/** The same bytes in memory of their own: a copy only where something else lies beside them. */
export function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
}
