import { readFileSync } from 'node:fs';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { readSnapshot } from '../../src/snapshot/document/read_snapshot.js';

const FIXTURES = new URL('../../../test/fixtures/ss/', import.meta.url);

/**
 * Output of ss (iproute2 6.1) on one lab node, named after its options. Besides the node's services there are processes with
 * odd names on ports from 7700, a socket with several owners on 7800, sockets bound to interfaces, and unix sockets with odd
 * names.
 */
export function ssFixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

/**
 * Output of netstat (net-tools 2.10) on another lab node, named after its options, with odd values of argv[0] on ports from 7700 and
 * odd unix sockets; `ss-plntu` is that of ss there at the same time.
 */
export function netstatFixture(name: string): Buffer {
  return readFileSync(new URL(`../netstat/${name}`, FIXTURES));
}

/** A snapshot of the same node at the same time. */
export function factsBesideIt(): SnapshotDocument {
  return readSnapshot(ssFixture('snapshot.json').toString('utf8'), 'snapshot.json');
}
