import { parentPort, workerData } from 'node:worker_threads';
import { formatError } from '../base/format_error.js';
import { type RawSnapshot, snapshotIn } from '../evidence/bundle.js';
import { type ReevaluateOptions, reevaluate } from '../snapshot/reevaluate.js';
import { Reducer, type Share } from './share.js';

/* A thread that judges snapshots for `check`: it is started by judge_threads.ts, and answers each with what a matrix needs. */

/** What came of a snapshot: what it says, or why it cannot be read. */
export type Answer = { readonly share: Share } | { readonly reason: string };

/** A snapshot to judge. What is begun is counted where others see it even if the thread then dies, which messages do not survive. */
export type Given = RawSnapshot & { readonly begun: Int32Array };

const options: ReevaluateOptions = workerData;
const reducer = new Reducer();

function answerTo({ source, bytes }: RawSnapshot): Answer {
  const one = snapshotIn(source, bytes);
  if ('error' in one) return { reason: formatError(one.error) };
  return { share: reducer.reduce(source, reevaluate(one.document, options)) };
}

// What is thrown here is a defect of ours: it ends the thread, and reaches who started it as an event.
parentPort?.on('message', (given: Given) => {
  Atomics.add(given.begun, 0, 1);
  parentPort?.postMessage(answerTo(given));
});
