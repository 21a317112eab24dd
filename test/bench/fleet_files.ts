import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import { nodeDocument, operator } from '../fleet/factory.js';
import { held, processOwner } from '../verdict/factory.js';

/** Control plane nodes, whatever the number of nodes. */
const PLANES = 3;

/** A linear congruential generator (Numerical Recipes): the same numbers in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

/**
 * Writes snapshots whose listeners, except those of the page, are unexplained: the worst case for a matrix. Programs and ports
 * are the same on every node; pids and addresses differ.
 */
export async function writeSnapshots(directory: string, nodes: number, listeners: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (let at = 0; at < nodes; at++) {
    const next = numbers(at);
    const address = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
    const base = nodeDocument('x', at < PLANES ? { role: 'control-plane' } : {}).sockets.length;
    const extra = Array.from({ length: Math.max(0, listeners - base) }, (_, port): OwnedListener => {
      const name = `program-${port % 40}`;
      const owners = [processOwner(name, { pid: 1 + (next() % 4_000_000) })];
      return held(name, port % 3 === 0 ? '127.0.0.1' : address, 1024 + port * 3, { owners });
    });
    const document = nodeDocument(`node-${at}`, {
      role: at < PLANES ? 'control-plane' : 'worker',
      address,
      // One node in fifty has a fault.
      without: at % 50 === 7 ? ['kubelet'] : [],
      also: [...(at === 0 ? operator() : []), ...extra],
    });
    await writeFile(join(directory, `node-${at}.json`), JSON.stringify(document));
  }
}
