import { readFileSync } from 'node:fs';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';

const FIXTURES = new URL('../../../test/fixtures/ss/', import.meta.url);

/**
 * What ss of iproute2 6.1 printed on one lab node in several forms, named by its options. Besides the node's services there
 * are processes with odd names on ports 7700 and up, one socket that several hold on 7800, sockets bound to interfaces, and
 * unix sockets with odd names.
 */
export function ssFixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

/** The same node at the same moment, as this program saw it. */
export function factsBesideIt(): SnapshotDocument {
  return readSnapshot(ssFixture('snapshot.json').toString('utf8'), 'snapshot.json');
}
