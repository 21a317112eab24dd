import { inputError } from '../base/input_error.js';

/** First bytes of what Node cannot unpack (the formats' own specifications), and what does. */
const OTHERS: readonly { readonly magic: Buffer; readonly name: string; readonly unpack: string }[] = [
  { magic: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), name: 'xz', unpack: 'xz -d' },
  { magic: Buffer.from('BZh'), name: 'bzip2', unpack: 'bzip2 -d' },
  { magic: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), name: 'zstd', unpack: 'zstd -d' },
  { magic: Buffer.from('PK\x03\x04'), name: 'zip', unpack: 'unzip' },
];

/**
 * For a file that is neither an archive nor a text: sos packs with xz, unless told otherwise.
 * @param head Its first bytes.
 * @throws SockwatchError ERR_INPUT that names the compression and what unpacks it
 */
export function refuseCompressed(head: Uint8Array, path: string): void {
  const found = OTHERS.find(({ magic }) => magic.equals(head.subarray(0, magic.length)));
  if (found === undefined) return;
  throw inputError({
    file: path,
    line: null,
    expected: 'a snapshot, ss text, .tar or .tar.gz',
    found: `${found.name} data`,
    hint: `Unpack it first, with ${found.unpack}.`,
  });
}
