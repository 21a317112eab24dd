import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { messageOf, SockwatchError } from '../base/errors.js';
import { inputError, shortened } from '../base/input_error.js';
import { printable } from '../base/text.js';
import { BoundedReader } from './bounded_reader.js';
import { isNamedAsEvidence } from './classify_file.js';
import { isGzip } from './compression.js';
import { type EvidenceItem, LINK, refusal } from './evidence_file.js';

/*
 * Archives are treated as hostile. Nothing is written to disk, so paths and links in them are harmless; one that leads out
 * of the archive is refused anyway, since no collector produces it. The inflated size is limited, and only members that
 * look like evidence are kept in memory.
 */

const MIB = 1024 * 1024;

export interface TarLimits {
  readonly members: number;
  readonly memberBytes: number;
  /** Size of the inflated archive. */
  readonly totalBytes: number;
  /** Of inflated to compressed size. Text compresses to a tenth, a decompression bomb to a thousandth. */
  readonly ratio: number;
  readonly pathLength: number;
}

export const TAR_LIMITS: TarLimits = {
  members: 200_000,
  memberBytes: 1024 * MIB,
  totalBytes: 4096 * MIB,
  ratio: 200,
  pathLength: 4096,
};

/** Inflated bytes before the ratio limit applies: short logs can be very repetitive. */
const MIN_RATIO_BYTES = 64 * MIB;

/** In messages and as the source of a document: of a path that may be longer, the reader needs to find it. */
const MAX_SHOWN_PATH = 400;

const BLOCK = 512;
const CHUNK_BYTES = 64 * 1024;

/** The members of a .tar or .tar.gz that look like evidence, in order, ending with a refusal if the archive is faulty. */
export async function* tarMembers(
  file: FileHandle,
  name: string,
  limits: TarLimits = TAR_LIMITS,
): AsyncGenerator<EvidenceItem> {
  yield* membersIn(inflated(file, name, limits), name, limits);
}

/** The same of the inflated bytes of an archive. */
export async function* membersIn(
  chunks: AsyncIterable<Buffer>,
  name: string,
  limits: TarLimits = TAR_LIMITS,
): AsyncGenerator<EvidenceItem> {
  const archive = new Archive(name, limits);
  try {
    for await (const chunk of chunks) {
      archive.write(chunk);
      yield* archive.take();
    }
    archive.end();
    yield* archive.take();
  } catch (error) {
    yield* archive.take();
    yield { kind: 'refused', source: name, error: asInputError(error, name) };
  }
}

function asInputError(error: unknown, file: string): SockwatchError {
  if (error instanceof SockwatchError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const found =
    code === 'Z_BUF_ERROR' ? 'its end: it is truncated' : `an error: ${shortened(printable(messageOf(error)), 120)}`;
  return inputError({ file, line: null, expected: 'a whole .tar or .tar.gz', found });
}

/** `gzip node.json` is an easy mistake, as gzipped archives are supported. */
const SINGLE_FILE_HINT = 'If it is a single gzipped file, decompress it first, with gzip -d.';

async function* inflated(file: FileHandle, name: string, limits: TarLimits): AsyncGenerator<Buffer> {
  const head = Buffer.alloc(BLOCK);
  const { bytesRead } = await file.read(head, 0, BLOCK, 0);
  const raw = file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false });
  yield* inflatedStream(raw, isGzip(head.subarray(0, bytesRead)), name, limits);
}

/** The bytes of a stream, inflated if it is compressed. */
export async function* inflatedStream(
  raw: Readable,
  compressed: boolean,
  name: string,
  limits: TarLimits = TAR_LIMITS,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  if (compressed) raw.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  const chunks: AsyncIterable<Buffer> = compressed ? gunzip : raw;
  let total = 0;
  try {
    for await (const chunk of chunks) {
      total += chunk.length;
      const bound = `an archive of at most ${limits.totalBytes} bytes inflated`;
      if (total > limits.totalBytes) throw inputError({ file: name, line: null, expected: bound, found: 'more' });
      if (compressed && total > MIN_RATIO_BYTES && total > limits.ratio * gunzip.bytesWritten) {
        const found = `a decompression bomb: ${gunzip.bytesWritten} bytes inflate to more than ${total}`;
        throw inputError({ file: name, line: null, expected: 'an archive of files', found });
      }
      yield chunk;
    }
  } finally {
    raw.destroy();
    gunzip.destroy();
  }
}

/** Parses an archive in chunks and collects its evidence. */
class Archive {
  private readonly parser = new Parser({ zstd: false, brotli: false });
  private items: EvidenceItem[] = [];
  private members = 0;
  private current = '';
  private fault: SockwatchError | null = null;
  private ended = false;
  private length = 0;
  private head: Buffer | null = Buffer.alloc(0);

  constructor(
    private readonly name: string,
    private readonly limits: TarLimits,
  ) {
    this.parser.on('entry', (entry: ReadEntry) => this.member(entry));
    this.parser.on('ignoredEntry', (entry: ReadEntry) => this.ignored(entry));
    this.parser.on('eof', () => {
      this.ended = true;
    });
    // An entry is named only if the archive ends within it.
    this.parser.on('warn', (_code: string, message: string | Error, { entry }: { entry?: unknown }) =>
      this.warn(messageOf(message), entry !== undefined),
    );
    // Also emitted as 'warn'.
    this.parser.on('error', () => {});
  }

  write(chunk: Buffer): void {
    this.length += chunk.length;
    // The parser would keep what follows the end of the archive.
    if (this.ended) return;
    if (this.head === null) {
      this.parser.write(chunk);
    } else {
      this.head = Buffer.concat([this.head, chunk]);
      if (this.head.length >= BLOCK) this.begin(this.head);
    }
    if (this.fault !== null) throw this.fault;
  }

  end(): void {
    if (this.head !== null) this.begin(this.head);
    if (this.length < BLOCK) this.refuse(null, 'a .tar or .tar.gz', 'something else', SINGLE_FILE_HINT);
    this.parser.end();
    if (this.fault === null && (!this.ended || this.length % BLOCK !== 0)) {
      this.refuse(this.current, 'the rest of the archive', 'its end: it is truncated');
    }
    if (this.fault !== null) throw this.fault;
  }

  take(): EvidenceItem[] {
    const taken = this.items;
    this.items = [];
    return taken;
  }

  /** Refuses a gzip stream in the archive, which the parser would inflate without a limit. */
  private begin(head: Buffer): void {
    this.head = null;
    if (isGzip(head)) this.refuse(null, 'an archive of files', 'one that was compressed twice');
    else this.parser.write(head);
  }

  private member(entry: ReadEntry): void {
    this.members += 1;
    this.current = entry.path;
    this.refuseMember(entry);
    if (this.fault !== null) {
      entry.resume();
      return;
    }
    switch (entry.type) {
      case 'File':
      case 'OldFile':
      case 'ContiguousFile':
        this.collect(entry);
        return;
      case 'Link':
      case 'SymbolicLink':
        this.link(entry);
        break;
      case 'CharacterDevice':
      case 'BlockDevice':
      case 'FIFO':
        this.refuse(entry.path, 'files', 'a device or pipe');
        break;
      default:
        break;
    }
    entry.resume();
  }

  private refuseMember({ path, size }: ReadEntry): void {
    const limits = this.limits;
    const members = this.members;
    if (members > limits.members) this.refuse(path, `at most ${limits.members} members`, 'more');
    else if (path.length > limits.pathLength)
      this.refuse(path, `a path of at most ${limits.pathLength} characters`, 'a longer one');
    else if (path.startsWith('/')) this.refuse(path, 'a path within the archive', 'an absolute one');
    else if (path.split('/').includes('..')) this.refuse(path, 'a path within the archive', 'one with ..');
    else if (size > limits.memberBytes) this.refuse(path, `members of at most ${limits.memberBytes} bytes`, `${size}`);
  }

  private collect(entry: ReadEntry): void {
    const path = entry.path.replace(/^(?:\.\/)+/, '');
    const reader = new BoundedReader(this.sourceOf(path), path);
    entry.on('data', (chunk: Buffer) => {
      reader.write(chunk);
    });
    entry.on('end', () => {
      const item = reader.finish(entry.mtime ?? new Date(0));
      if (item !== null) this.items.push(item);
    });
  }

  /** Reports links in place of evidence. Bundles contain many others, whose targets are members too. */
  private link({ path }: ReadEntry): void {
    if (isNamedAsEvidence(path)) this.items.push(refusal(this.sourceOf(path), 'a file', LINK));
  }

  /** The parser ignores extended headers above its size limit. */
  private ignored({ path, meta }: ReadEntry): void {
    if (meta) this.refuse(path, 'extended headers of a reasonable size', 'a larger one');
  }

  private warn(message: string, isTruncated: boolean): void {
    const found = isTruncated ? 'its end: it is truncated' : `an error: ${shortened(message, 120)}`;
    this.refuse(
      this.current,
      'a whole .tar or .tar.gz',
      found,
      this.current === '' && !isTruncated ? SINGLE_FILE_HINT : '',
    );
  }

  private sourceOf(path: string): string {
    return `${this.name}:${shortened(path, MAX_SHOWN_PATH)}`;
  }

  /** Keeps the first fault; later ones are consequences of it. */
  private refuse(member: string | null, expected: string, found: string, hint = ''): void {
    const file = member === null || member === '' ? this.name : `${this.name}:${shortened(member, 200)}`;
    this.fault ??= inputError({ file, line: null, expected, found, hint });
  }
}
