import { readInput } from '../base/read_file.js';
import { decodeSource } from '../base/text_source.js';
import type { SnapshotDocument } from './document/document.js';
import { readSnapshot } from './document/read_snapshot.js';

/** A snapshot with 50,000 listeners is about 50 MB. */
const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024;

/**
 * Reads a snapshot from a file.
 * @throws SockwatchError ERR_INPUT if the file cannot be read, is not a regular file, or is not a snapshot
 */
export async function readSnapshotFile(file: string): Promise<SnapshotDocument> {
  const hint = 'Is this the right file? A snapshot is the output of k8s-sockwatch --once.';
  const bytes = await readInput(file, { maxBytes: MAX_SNAPSHOT_BYTES, hint });
  return readSnapshot(decodeSource(file, bytes).text, file);
}
