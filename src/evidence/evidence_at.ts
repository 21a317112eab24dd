import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SockwatchError } from '../base/errors.js';
import { readInput, unreadableError } from '../base/read_file.js';
import { documentsOf, type Evidence, evidenceIn, snapshotIn } from './bundle.js';
import { MAX_EVIDENCE_BYTES, MAX_HEAD_BYTES } from './classify_file.js';
import { refuseCompressed } from './compression.js';
import { directoryFiles } from './directory.js';
import { SeenSnapshots } from './seen_snapshots.js';
import { isGzip, isTar, tarMembers } from './tarball.js';

const HINT = 'Is this the right file? Snapshots and ss texts are much smaller.';

/**
 * All evidence at a path: a snapshot or ss text, a directory, a .tar or .tar.gz, told apart by content. Never throws for
 * bad input: that becomes an error among the results, which names the file.
 */
export async function* evidenceAt(path: string, version: string): AsyncGenerator<Evidence> {
  try {
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory() === true) yield* evidenceIn(directoryFiles(path), path, version);
    else {
      const head = stats?.isFile() === true ? await headOf(path) : Buffer.alloc(MAX_HEAD_BYTES);
      if (isGzip(head) || isTar(head) || path.endsWith('.tar')) yield* archiveAt(path, version);
      else {
        refuseCompressed(head, path);
        yield* fileAt(path, stats?.mtime ?? new Date(0), version);
      }
    }
  } catch (error) {
    yield { source: path, error: asInputError(path, error) };
  }
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

async function* archiveAt(path: string, version: string): AsyncGenerator<Evidence> {
  const file = await open(path);
  try {
    yield* evidenceIn(tarMembers(file, path), path, version);
  } finally {
    await file.close();
  }
}

async function* fileAt(path: string, modifiedAt: Date, version: string): AsyncGenerator<Evidence> {
  const bytes = await readInput(path, { maxBytes: MAX_EVIDENCE_BYTES.snapshot, hint: HINT });
  const beginning = bytes.subarray(0, MAX_HEAD_BYTES).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*[{[]/.test(beginning)) yield snapshotIn(path, bytes);
  else {
    const file = { kind: 'ss' as const, path: basename(path), source: path, bytes, modifiedAt };
    const node = { root: null, host: null, location: path, texts: [file], facts: [] };
    yield* documentsOf(node, version, new SeenSnapshots());
  }
}
