import { resolve } from 'node:path';
import { readInput } from '../base/read_file.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';

/**
 * Writes a snapshot to a new file in the working directory and returns what to tell the user.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function saveSnapshot(document: SnapshotDocument): Promise<string> {
  const [{ toJson }, { writeNew }] = await Promise.all([
    import('../report/json.js'),
    import('../report/write_output.js'),
  ]);
  const host = document.node.hostname.replace(/[^A-Za-z0-9.-]/g, '_');
  const path = resolve(`k8s-sockwatch-${host}-${document.capturedAt.replace(/[-:]|\.\d+/g, '')}.json`);
  const json = toJson(document);
  const existing = await readInput(path, { maxBytes: Buffer.byteLength(json), hint: '' }).catch(() => null);
  if (existing?.toString() === json) return `already saved as ${path}`;
  await writeNew(path, json);
  return `saved as ${path}`;
}
