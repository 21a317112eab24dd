import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, SockwatchError } from '../base/errors.js';
import { readInput } from '../base/read_file.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';

const ELSEWHERE =
  'start k8s-sockwatch in a directory that can be written, such as /tmp, or write a snapshot anywhere: k8s-sockwatch --once --output FILE';

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
  const name = `k8s-sockwatch-${host}-${document.capturedAt.replace(/[-:]|\.\d+/g, '')}`;
  const bytes = Buffer.concat(Array.from(chunks(toJson(document)), (piece) => Buffer.from(piece)));
  for (let count = 1; ; count++) {
    const path = resolve(`${name}${count === 1 ? '' : `-${count}`}.json`);
    switch (await contentOf(path, bytes)) {
      case 'same':
        return `already saved as ${path}`;
      case 'other':
        // Events and queues change between two readings of the tables.
        break;
      case 'none':
        await writeNew(path, [bytes]).catch((error: unknown) => {
          throw new SockwatchError('ERR_OUTPUT', `${messageOf(error)}; ${ELSEWHERE}`, { cause: error });
        });
        return `saved as ${path}`;
    }
  }
}

/** `none`: there is no file that is ours to compare with. */
async function contentOf(path: string, bytes: Buffer): Promise<'same' | 'other' | 'none'> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null || !stats.isFile()) return 'none';
  const existing = await readInput(path, { maxBytes: bytes.length, hint: '' }).catch(() => null);
  return existing?.equals(bytes) === true ? 'same' : 'other';
}
