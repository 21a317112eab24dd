import { parentPort, workerData } from 'node:worker_threads';
import { PartMaker } from './part_maker.js';

/* A thread that evaluates snapshots. workers.ts starts it. */

const maker = new PartMaker(workerData);

parentPort?.on('message', ({ source, bytes }: { readonly source: string; readonly bytes: Uint8Array }) => {
  const part = maker.read(source, bytes);
  // What cannot be read is read again by the main thread, which reports it.
  parentPort?.postMessage('error' in part ? null : part);
});
