import { messageOf, type SockwatchError } from '../base/errors.js';
import { inputError, shortened } from '../base/input_error.js';
import { printable } from '../base/text.js';

/** Formats that Node cannot decompress: magic bytes as in their specifications, and the command that can. */
const UNSUPPORTED: readonly { readonly magic: Buffer; readonly name: string; readonly unpack: string }[] = [
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), name: 'xz', unpack: 'xz -d' },
  { magic: Buffer.from('BZh'), name: 'bzip2', unpack: 'bzip2 -d' },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), name: 'zstd', unpack: 'zstd -d' },
  { magic: Buffer.from('PK\x03\x04'), name: 'zip', unpack: 'unzip' },
];

/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** At offset 257 of POSIX and GNU headers (tar.h). */
const USTAR = Buffer.from('ustar');

export function isGzip(head: Uint8Array): boolean {
  return GZIP_MAGIC.equals(head.subarray(0, GZIP_MAGIC.length));
}

export function isTar(head: Uint8Array): boolean {
  return USTAR.equals(head.subarray(257, 257 + USTAR.length));
}

/** The unsupported format of a file; null: none. */
function unsupportedIn(head: Uint8Array): (typeof UNSUPPORTED)[number] | null {
  return UNSUPPORTED.find(({ magic }) => magic.equals(head.subarray(0, magic.length))) ?? null;
}

export function isCompressed(head: Uint8Array): boolean {
  return isGzip(head) || unsupportedIn(head) !== null;
}

/** Says that a file is in a format that is not supported, and what decompresses it; null: it is in none. sos uses xz by default. */
export function unsupportedError(head: Uint8Array, path: string): SockwatchError | null {
  const format = unsupportedIn(head);
  if (format === null) return null;
  return inputError({
    file: path,
    line: null,
    expected: 'a snapshot, ss text, .tar or .tar.gz',
    found: `${format.name} data`,
    hint: `Decompress it first, with ${format.unpack}.`,
  });
}

/**
 * Refuses such a file.
 * @param head First bytes of the file
 * @throws SockwatchError ERR_INPUT
 */
export function refuseCompressed(head: Uint8Array, path: string): void {
  const error = unsupportedError(head, path);
  if (error !== null) throw error;
}

/** What is wrong with gzip data, from an error of zlib; null: it is another error. */
export function inflateError(error: unknown, file: string): SockwatchError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!code.startsWith('Z_')) return null;
  const found =
    code === 'Z_BUF_ERROR' ? 'its end: it is truncated' : `an error: ${shortened(printable(messageOf(error)), 120)}`;
  return inputError({ file, line: null, expected: 'whole gzip data', found });
}
