import { inputError } from '../base/input_error.js';

/** Formats that Node cannot decompress: magic bytes as in their specifications, and the command that can. */
const UNSUPPORTED: readonly { readonly magic: Buffer; readonly name: string; readonly unpack: string }[] = [
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), name: 'xz', unpack: 'xz -d' },
  { magic: Buffer.from('BZh'), name: 'bzip2', unpack: 'bzip2 -d' },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), name: 'zstd', unpack: 'zstd -d' },
  { magic: Buffer.from('PK\x03\x04'), name: 'zip', unpack: 'unzip' },
];

/**
 * Refuses a file in a compression format that is not supported; sos uses xz by default.
 * @param head First bytes of the file
 * @throws SockwatchError ERR_INPUT that names the format and the command that decompresses it
 */
export function refuseCompressed(head: Uint8Array, path: string): void {
  const format = UNSUPPORTED.find(({ magic }) => magic.equals(head.subarray(0, magic.length)));
  if (format === undefined) return;
  throw inputError({
    file: path,
    line: null,
    expected: 'a snapshot, ss text, .tar or .tar.gz',
    found: `${format.name} data`,
    hint: `Decompress it first, with ${format.unpack}.`,
  });
}
