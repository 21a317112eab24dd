import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { messageOf, SockwatchError } from '../base/errors.js';
import { inputError, shortened } from '../base/input_error.js';
import { printable } from '../base/text.js';
import { Collector } from './bounded_reader.js';
import { isNamedSs } from './classify_file.js';
import type { Found } from './evidence_file.js';

/*
 * An archive is read as hostile. Nothing of it is written anywhere, so a path or link in it can do no harm here; one that
 * climbs out is refused all the same, since no collector makes such a thing. What it inflates to is bounded, and of its
 * members only those that look like evidence are kept, one at a time.
 */

const MIB = 1024 * 1024;

export interface TarLimits {
  readonly members: number;
  /** Of one member, whatever it is, in bytes. */
  readonly memberBytes: number;
  /** Of all that an archive inflates to, in bytes. */
  readonly totalBytes: number;
  /** Inflated to compressed size. Text is compressed to a tenth, a bomb to a thousandth. */
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

/** What is inflated before the ratio counts: few bytes of log can be very alike. */
const FREE_BYTES = 64 * MIB;

const BLOCK = 512;
const PIECE = 64 * 1024;
/** RFC 1952, section 2.3.1. */
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
/** Of a POSIX header, and of GNU's, at offset 257 (tar.h). */
const USTAR = Buffer.from('ustar');

export function isGzip(head: Uint8Array): boolean {
  return GZIP_MAGIC.equals(head.subarray(0, GZIP_MAGIC.length));
}

export function isTar(head: Uint8Array): boolean {
  return USTAR.equals(head.subarray(257, 257 + USTAR.length));
}

/**
 * The members of a .tar or .tar.gz that look like evidence, in its order. What cannot be read further ends with a refusal;
 * what came before it counts.
 */
export async function* tarMembers(
  file: FileHandle,
  name: string,
  limits: TarLimits = TAR_LIMITS,
): AsyncGenerator<Found> {
  const archive = new Archive(name, limits);
  try {
    for await (const piece of inflated(file, name, limits)) {
      archive.write(piece);
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
    code === 'Z_BUF_ERROR' ? 'its end: it was cut off' : `an error: ${shortened(printable(messageOf(error)), 120)}`;
  return inputError({ file, line: null, expected: 'a whole .tar or .tar.gz', found });
}

/** `gzip node.json` is an easy mistake where archives in gzip are taken. */
const ONE_FILE = 'If it is a single file in gzip, unpack it first, with gzip -d.';

async function* inflated(file: FileHandle, name: string, limits: TarLimits): AsyncGenerator<Buffer> {
  const head = Buffer.alloc(BLOCK);
  const { bytesRead } = await file.read(head, 0, BLOCK, 0);
  const raw = file.createReadStream({ start: 0, highWaterMark: PIECE, autoClose: false });
  const compressed = isGzip(head.subarray(0, bytesRead));
  const gunzip = createGunzip({ chunkSize: PIECE });
  if (compressed) raw.on('error', (error) => gunzip.destroy(error)).pipe(gunzip);
  const pieces: AsyncIterable<Buffer> = compressed ? gunzip : raw;
  let total = 0;
  try {
    for await (const piece of pieces) {
      total += piece.length;
      const bound = `at most ${limits.totalBytes} bytes within the archive`;
      if (total > limits.totalBytes) throw inputError({ file: name, line: null, expected: bound, found: 'more' });
      if (compressed && total > FREE_BYTES && total > limits.ratio * gunzip.bytesWritten) {
        const found = `a bomb: ${gunzip.bytesWritten} bytes inflate to more than ${total}`;
        throw inputError({ file: name, line: null, expected: 'an archive of files', found });
      }
      yield piece;
    }
  } finally {
    raw.destroy();
    gunzip.destroy();
  }
}

/** Takes an archive in pieces, and gives what was found in them. */
class Archive {
  private readonly parser = new Parser({ zstd: false, brotli: false });
  private found: Found[] = [];
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
    this.parser.on('warn', (_code: string, message: string | Error) => this.warned(messageOf(message)));
    // Told by `warn` as well.
    this.parser.on('error', () => {});
  }

  /** Data reaches the members while this runs. */
  write(piece: Buffer): void {
    this.length += piece.length;
    if (this.head === null) {
      this.parser.write(piece);
    } else {
      this.head = Buffer.concat([this.head, piece]);
      if (this.head.length >= BLOCK) this.begin(this.head);
    }
    if (this.fault !== null) throw this.fault;
  }

  end(): void {
    if (this.head !== null) this.begin(this.head);
    if (this.length < BLOCK) this.refuse(null, 'a .tar or .tar.gz', 'something else', ONE_FILE);
    this.parser.end();
    if (this.fault === null && (!this.ended || this.length % BLOCK !== 0)) {
      this.refuse(this.current, 'more of the archive', 'its end: it was cut off');
    }
    if (this.fault !== null) throw this.fault;
  }

  take(): Found[] {
    const taken = this.found;
    this.found = [];
    return taken;
  }

  /** The parser would inflate what is compressed within, without a bound. */
  private begin(head: Buffer): void {
    this.head = null;
    if (isGzip(head)) this.refuse(null, 'an archive of files', 'one that is compressed twice');
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
    const { limits, members } = this;
    if (members > limits.members) this.refuse(path, `at most ${limits.members} members`, 'more');
    else if (path.length > limits.pathLength)
      this.refuse(path, `a path of at most ${limits.pathLength} characters`, 'a longer one');
    else if (path.startsWith('/')) this.refuse(path, 'a path within the archive', 'one that begins at the root');
    else if (path.split('/').includes('..')) this.refuse(path, 'a path within the archive', 'one that climbs out');
    else if (size > limits.memberBytes) this.refuse(path, `members of at most ${limits.memberBytes} bytes`, `${size}`);
  }

  private collect(entry: ReadEntry): void {
    const path = entry.path.replace(/^(?:\.\/)+/, '');
    const collector = new Collector(this.sourceOf(path), path);
    entry.on('data', (piece: Buffer) => {
      collector.write(piece);
    });
    entry.on('end', () => {
      const found = collector.finish(entry.mtime ?? new Date(0));
      if (found !== null) this.found.push(found);
    });
  }

  /** Bundles have many links, and what they lead to stands there itself; one in place of evidence is told. */
  private link({ path }: ReadEntry): void {
    if (!path.endsWith('.json') && !isNamedSs(path)) return;
    const source = this.sourceOf(path);
    const error = inputError({ file: source, line: null, expected: 'a file', found: 'a link, which is not followed' });
    this.found.push({ kind: 'refused', source, error });
  }

  /** Headers of the archive itself that are larger than any path. */
  private ignored({ path, meta }: ReadEntry): void {
    if (meta) this.refuse(path, 'headers of a sane size', 'a larger one');
  }

  private warned(message: string): void {
    const isCut = /^Truncated/.test(message);
    const found = isCut ? 'its end: it was cut off' : `an error: ${shortened(message, 120)}`;
    this.refuse(this.current, 'a whole .tar or .tar.gz', found, this.current === '' && !isCut ? ONE_FILE : '');
  }

  private sourceOf(path: string): string {
    return `${this.name}:${shortened(path, this.limits.pathLength)}`;
  }

  /** The first fault counts; what follows is its consequence. */
  private refuse(member: string | null, expected: string, found: string, hint = ''): void {
    const place = member === null || member === '' ? this.name : `${this.name}:${shortened(member, 200)}`;
    this.fault ??= inputError({ file: place, line: null, expected, found, hint });
  }
}
