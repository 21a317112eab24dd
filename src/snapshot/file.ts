import { readInput, type SizeLimit } from '../base/read_file.js';
import { decodeText } from '../base/text_source.js';
import type { SnapshotDocument } from './document/document.js';
import { type ReadingStep, readInSteps, resultOf } from './document/read_snapshot.js';

/** A snapshot with 50,000 listeners is about 50 MB. */
export const SNAPSHOT_LIMIT: SizeLimit = {
  maxBytes: 256 * 1024 * 1024,
  hint: 'Is this the right file? A snapshot is the output of k8s-sockwatch --once.',
};

/**
 * Reads a snapshot from a file.
 * @throws SockwatchError ERR_INPUT if the file cannot be read, is not a regular file, or is not a snapshot
 */
export async function readSnapshotFile(file: string): Promise<SnapshotDocument> {
  return snapshotIn(await readInput(file, SNAPSHOT_LIMIT), file);
}

/**
 * The snapshot in what was read; `source` is its name in messages.
 * @throws SockwatchError ERR_INPUT
 */
export function snapshotIn(bytes: Buffer, source: string): SnapshotDocument {
  return resultOf(stepsIn(bytes, source));
}

/** The same in steps: a large one takes seconds, in which a caller may have something else to do. */
export function* stepsIn(bytes: Buffer, source: string): Generator<ReadingStep, SnapshotDocument, void> {
  yield 'decoding';
  return yield* readInSteps(decodeText(source, bytes, SNAPSHOT_LIMIT.hint), source);
}
