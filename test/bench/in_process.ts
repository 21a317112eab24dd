/**
 * `node in_process.js DUMPS SEARCHES`, run inside the namespace of the load: measures the addon's dumps of listeners of both
 * families, and the search for their owners. Prints JSON.
 */

import { AF_INET, AF_INET6, IP_PROTOCOL, LISTENING } from '../../src/kernel/sockets/states.js';
import { rawAddon } from '../kernel/raw_addon.js';
import { median } from './median.js';

async function timed(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < times; round++) {
    const start = performance.now();
    await work();
    took.push(performance.now() - start);
  }
  return median(took);
}

/** The output. */
export interface InProcess {
  readonly listenMs: number;
  readonly ownersMs: number;
  readonly bpfMs: number;
  readonly listeners: number;
}

const { dumpInet, findOwners, iterateOwners } = rawAddon();
const dump = (family: number) => dumpInet(null, family, IP_PROTOCOL.tcp, LISTENING.tcp);

const [dumps = 1, searches = 1] = process.argv.slice(2).map(Number);
const listenMs = await timed(dumps, async () => {
  // Both families at once, as in a capture (src/kernel/sockets/capture.ts).
  await Promise.all([dump(AF_INET), dump(AF_INET6)]);
});
const inodes = [...(await dump(AF_INET)).inode, ...(await dump(AF_INET6)).inode];
const ownersMs = await timed(searches, () => findOwners('/proc', Uint32Array.from(inodes)));
const bpfMs = await timed(searches, async () => iterateOwners?.(null));
const result: InProcess = { listenMs, ownersMs, bpfMs, listeners: inodes.length };
console.log(JSON.stringify(result));
