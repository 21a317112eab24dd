import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { unreadableError } from '../base/read_file.js';
import { documentsOf, evidenceIn } from './bundle.js';
import { MAX_EVIDENCE_BYTES, MAX_HEAD_BYTES } from './classify_file.js';
import { inflateError, isGzip, isTar, refuseCompressed } from './compression.js';
import { SeenSnapshots } from './seen_snapshots.js';
import { type Evidence, type ReadElsewhere, type ReadSnapshot, snapshotIn } from './snapshot_in.js';
import { inflatedStream, membersIn } from './tarball.js';

/**
 * All evidence in a stream, such as standard input: a snapshot or text, or an archive of them, compressed by gzip or not. Never throws
 * for bad input.
 */
export async function* evidenceInStream<Other extends ReadElsewhere = never>(
  stream: Readable,
  name: string,
  modifiedAt: Date,
  version: string,
  read: ReadSnapshot<Other> = snapshotIn,
): AsyncGenerator<Evidence | Other> {
  try {
    const outer = await peeked(stream);
    const compressed = isGzip(outer.head);
    const inner = await peeked(inflatedStream(Readable.from(outer.all), compressed, name));
    if (isTar(inner.head)) {
      yield* evidenceIn(membersIn(inner.all, name), name, version, read);
      return;
    }
    refuseCompressed(inner.head, name);
    if (isGzip(inner.head)) {
      throw inputError({ file: name, line: null, expected: 'gzip data', found: 'data that was compressed twice' });
    }
    yield* documentsIn(await allOf(inner.all, name), name.replace(/\.gz$/, ''), modifiedAt, version, read, name);
  } catch (error) {
    yield { source: name, error: asInputError(name, error) };
  } finally {
    stream.destroy();
  }
}

/** The document in the bytes of one file; `source` names it in messages. */
export async function* documentsIn<Other extends ReadElsewhere>(
  bytes: Uint8Array,
  path: string,
  modifiedAt: Date,
  version: string,
  read: ReadSnapshot<Other>,
  source: string = path,
): AsyncGenerator<Evidence | Other> {
  const beginning = Buffer.from(bytes.subarray(0, MAX_HEAD_BYTES)).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*[{[]/.test(beginning)) yield await read(source, bytes);
  else {
    const file = { kind: 'ss' as const, path: basename(path), source, bytes, modifiedAt };
    const node = { root: null, host: null, location: source, texts: [file], facts: [] };
    yield* documentsOf(node, version, new SeenSnapshots());
  }
}

/** The first bytes of a stream, and all of it. */
async function peeked(stream: AsyncIterable<Buffer>): Promise<{ head: Buffer; all: AsyncIterable<Buffer> }> {
  const iterator = stream[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isOver = false;
  while (head.length < MAX_HEAD_BYTES && !isOver) {
    const { value, done } = await iterator.next();
    if (done === true) isOver = true;
    else head = Buffer.concat([head, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    if (!isOver) yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { head, all: all() };
}

async function allOf(chunks: AsyncIterable<Buffer>, file: string): Promise<Buffer> {
  const kept: Buffer[] = [];
  let length = 0;
  const maxBytes = MAX_EVIDENCE_BYTES.snapshot;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw inputError({ file, line: null, expected: `at most ${maxBytes} bytes`, found: 'more' });
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}

/** Errors that are neither zlib's nor a system call's are bugs. */
function asInputError(file: string, error: unknown): SockwatchError {
  if (error instanceof SockwatchError) return error;
  const fault = inflateError(error, file);
  if (fault !== null) return fault;
  if (error instanceof Error && 'syscall' in error) return unreadableError(file, error);
  throw error;
}
