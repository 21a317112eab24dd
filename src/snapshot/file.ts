import { readInput } from '../base/read_file.js';
import { sourceOf } from '../base/text_source.js';
import type { SnapshotDocument } from './document/document.js';
import { readSnapshot } from './document/read_snapshot.js';

/** A node with 50,000 listeners makes some 50 MB. */
const LARGEST_SNAPSHOT = 256 * 1024 * 1024;

/**
 * The snapshot in a file that somebody named.
 * @throws SockwatchError ERR_INPUT for what cannot be read, is no regular file (a FIFO would be waited for, /dev/zero has no
 * end), or holds no snapshot
 */
export async function readSnapshotFile(file: string): Promise<SnapshotDocument> {
  const hint = 'Is this the right file? A snapshot is what k8s-sockwatch --once prints.';
  const bytes = await readInput(file, { bytes: LARGEST_SNAPSHOT, hint });
  return readSnapshot(sourceOf(file, bytes).text, file);
}
