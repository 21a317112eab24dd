/**
 * `node in_process.js TIMES`, inside the namespace of the load: what the addon takes for the listeners of both families,
 * one dump after the other, and for finding their holders. Prints JSON.
 */

import { native } from '../../src/native.js';
import { AF_INET, AF_INET6, IP_PROTOCOL, LISTENING } from '../../src/sockets/states.js';
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

const { dumpInet, findHolders } = native();
const dump = (family: number) => dumpInet(null, family, IP_PROTOCOL.tcp, LISTENING.tcp);

const times = Number(process.argv[2]);
const listenMs = await timed(times, async () => {
  await dump(AF_INET);
  await dump(AF_INET6);
});
const inodes = [...(await dump(AF_INET)).inode, ...(await dump(AF_INET6)).inode];
const holdersMs = await timed(9, () => findHolders('/proc', Uint32Array.from(inodes)));
console.log(JSON.stringify({ listenMs, holdersMs, listeners: inodes.length }));
