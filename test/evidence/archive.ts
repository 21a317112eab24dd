import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';

/** A member: content, and header fields that differ from the defaults. */
export interface Member extends Partial<Omit<HeaderData, 'path'>> {
  readonly path: string;
  readonly content?: string | Uint8Array;
}

const BLOCK = 512;
/** End-of-archive marker (tar(5)). */
const END = Buffer.alloc(2 * BLOCK);

/** A tar archive, well-formed or not. */
export function tarOf(members: readonly Member[], end: Buffer = END): Buffer {
  return Buffer.concat([...members.flatMap(memberOf), end]);
}

export function tarGzOf(members: readonly Member[]): Buffer {
  return gzipSync(tarOf(members));
}

function memberOf({ content = '', ...fields }: Member): Buffer[] {
  const body = Buffer.from(content as Uint8Array);
  const header = new Header({ mode: 0o644, type: 'File', size: body.length, mtime: new Date(1e12), ...fields });
  const block = Buffer.alloc(BLOCK);
  header.encode(block, 0);
  return [block, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)];
}
