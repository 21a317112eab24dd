import { createReadStream, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { SockwatchError } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { readInput, unreadableError } from '../base/read_file.js';
import { evidenceIn } from './bundle.js';
import { MAX_EVIDENCE_BYTES, MAX_HEAD_BYTES } from './classify_file.js';
import { isGzip, isTar, refuseCompressed } from './compression.js';
import { directoryFiles } from './directory.js';
import { documentsIn, evidenceInStream } from './evidence_stream.js';
import { type Evidence, type ReadElsewhere, type ReadSnapshot, snapshotIn } from './snapshot_in.js';
import { tarMembers } from './tarball.js';

const HINT = 'Is this the right file? Snapshots and ss texts are much smaller.';

/**
 * All evidence at a path: a snapshot or ss text, a directory, a .tar or .tar.gz, told apart by content. Never throws for
 * bad input: that becomes an error among the results, which names the file.
 */
export async function* evidenceAt<Other extends ReadElsewhere = never>(
  path: string,
  version: string,
  read: ReadSnapshot<Other> = snapshotIn,
): AsyncGenerator<Evidence | Other> {
  try {
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory() === true) yield* evidenceIn(directoryFiles(path), path, version, read);
    else {
      if (stats !== null) assertFile(path, stats);
      const head = stats?.isFile() === true ? await headOf(path) : Buffer.alloc(MAX_HEAD_BYTES);
      if (isTar(head) || path.endsWith('.tar') || (isGzip(head) && ARCHIVE_NAME.test(path)))
        yield* archiveAt(path, version, read);
      else if (isGzip(head))
        yield* evidenceInStream(createReadStream(path), path, stats?.mtime ?? new Date(0), version, read);
      else {
        refuseCompressed(head, path);
        yield* fileAt(path, stats?.mtime ?? new Date(0), version, read);
      }
    }
  } catch (error) {
    yield { source: path, error: asInputError(path, error) };
  }
}

const ARCHIVE_NAME = /\.(?:tar\.gz|tgz)$/;

/** Opening some devices has side effects, and reading a pipe may wait for ever. */
function assertFile(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const found = stats.isFIFO() ? 'a FIFO' : stats.isSocket() ? 'a socket' : 'a device';
  const hint = 'To read from a pipe, give - as FILE, which is standard input.';
  throw inputError({ file: path, line: null, expected: 'a regular file', found, hint });
}

/** Some files can be opened but not read, such as /proc/self/mem. Errors without a syscall are bugs. */
function asInputError(path: string, error: unknown): SockwatchError {
  if (error instanceof SockwatchError) return error;
  if (error instanceof Error && 'syscall' in error) return unreadableError(path, error);
  throw error;
}

/** The first bytes of a file, zero-padded. */
async function headOf(path: string): Promise<Buffer> {
  const head = Buffer.alloc(MAX_HEAD_BYTES);
  const file = await open(path).catch(() => null);
  // Reading it will report the error.
  if (file === null) return head;
  try {
    await file.read(head, 0, MAX_HEAD_BYTES, 0);
    return head;
  } finally {
    await file.close();
  }
}

async function* archiveAt<Other extends ReadElsewhere>(
  path: string,
  version: string,
  read: ReadSnapshot<Other>,
): AsyncGenerator<Evidence | Other> {
  const file = await open(path);
  try {
    yield* evidenceIn(tarMembers(file, path), path, version, read);
  } finally {
    await file.close();
  }
}

async function* fileAt<Other extends ReadElsewhere>(
  path: string,
  modifiedAt: Date,
  version: string,
  read: ReadSnapshot<Other>,
): AsyncGenerator<Evidence | Other> {
  const bytes = await readInput(path, { maxBytes: MAX_EVIDENCE_BYTES.snapshot, hint: HINT });
  yield* documentsIn(bytes, path, modifiedAt, version, read);
}
