import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readInput } from '../base/read_file.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';

/**
 * Writes a snapshot to a new file in the working directory and returns what to tell the user. Others may have planted links there:
 * none is followed.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function saveSnapshot(document: SnapshotDocument): Promise<string> {
  const [{ toJson }, { chunks }, { writeNew }] = await Promise.all([
    import('../report/json.js'),
    import('../report/pieces.js'),
    import('../report/write_output.js'),
  ]);
  const host = document.node.hostname.replace(/[^A-Za-z0-9.-]/g, '_');
  const path = resolve(`k8s-sockwatch-${host}-${document.capturedAt.replace(/[-:]|\.\d+/g, '')}.json`);
  const bytes = Buffer.concat(Array.from(chunks(toJson(document)), (piece) => Buffer.from(piece)));
  const isFile = await lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
  const existing = isFile ? await readInput(path, { maxBytes: bytes.length, hint: '' }).catch(() => null) : null;
  if (existing?.equals(bytes) === true) return `already saved as ${path}`;
  await writeNew(path, [bytes]);
  return `saved as ${path}`;
}
