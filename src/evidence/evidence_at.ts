import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SockwatchError } from '../base/errors.js';
import { readInput, unreadable } from '../base/read_file.js';
import { type Evidence, evidenceIn, type RawSnapshot, textsOf } from './bundle.js';
import { HEAD_LENGTH, LARGEST } from './classify_file.js';
import { refuseCompressed } from './compression.js';
import { directoryFiles } from './directory.js';
import { isGzip, isTar, tarMembers } from './tarball.js';

const HINT = 'Is this the right file? A snapshot or ss text is smaller by far.';

/**
 * All evidence at a path: a snapshot or ss text, a directory, a .tar or .tar.gz, told apart by content. Never throws for
 * bad input: that becomes an error among the results, which names the file.
 */
export async function* evidenceAt(path: string, version: string): AsyncGenerator<Evidence | RawSnapshot> {
  try {
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory() === true) yield* evidenceIn(directoryFiles(path), path, version);
    else {
      const head = stats?.isFile() === true ? await headOf(path) : Buffer.alloc(HEAD_LENGTH);
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

/** Some files can be opened and not read: /proc/self/mem. What is not the system's doing is a defect of ours. */
function asInputError(path: string, error: unknown): SockwatchError {
  if (error instanceof SockwatchError) return error;
  if (error instanceof Error && 'syscall' in error) return unreadable(path, error);
  throw error;
}

/** The first bytes of a file, with zeros behind a shorter one. */
async function headOf(path: string): Promise<Buffer> {
  const head = Buffer.alloc(HEAD_LENGTH);
  const file = await open(path).catch(() => null);
  // Why it cannot be opened is told by whoever reads it.
  if (file === null) return head;
  try {
    await file.read(head, 0, HEAD_LENGTH, 0);
    return head;
  } finally {
    await file.close();
  }
}

async function* archiveAt(path: string, version: string): AsyncGenerator<Evidence | RawSnapshot> {
  const file = await open(path);
  try {
    yield* evidenceIn(tarMembers(file, path), path, version);
  } finally {
    await file.close();
  }
}

async function* fileAt(path: string, modifiedAt: Date, version: string): AsyncGenerator<Evidence | RawSnapshot> {
  const bytes = await readInput(path, { bytes: LARGEST.snapshot, hint: HINT });
  const beginning = bytes.subarray(0, HEAD_LENGTH).toString('latin1');
  if (/^(?:\xef\xbb\xbf)?\s*[{[]/.test(beginning)) yield { source: path, bytes };
  else {
    const file = { kind: 'ss' as const, path: basename(path), source: path, bytes, modifiedAt };
    yield* textsOf([file], { name: path, source: null }, version);
  }
}
