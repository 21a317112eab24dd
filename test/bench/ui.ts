/**
 * `node dist/test/bench/ui.js`: what the UI takes with 10,000 listeners (--listeners), until it answers a key, in memory,
 * and while nothing happens. As root. Times are from tmux being told of the key to its screen being another one.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile, mustFind, ROOT } from '../native/toolchain.js';
import { startLoad } from './load.js';
import { median } from './median.js';
import { measureUi, summary } from './ui_load.js';

/** The tables are read every 30 seconds where nothing happens, which is a part of it. */
const IDLE_MS = 60_000;

const { values } = parseArgs({ options: { listeners: { type: 'string', default: '10000' } } });
const listeners = Number(values.listeners);
const directory = await mkdtemp(join(tmpdir(), 'sockwatch-bench-'));
try {
  const binary = join(directory, 'load');
  await compile(await mustFind(['cc', 'gcc', 'clang-14']), ['-O2', join(ROOT, 'test/bench/load.c'), '-o', binary]);
  const load = await startLoad(binary, { processes: 50, sockets: listeners, listeners, files: 0 }, directory);
  try {
    const measures = await measureUi(load.netns, IDLE_MS);
    console.log(`${measures.listeners} listeners; first screen after ${measures.openMs.toFixed(0)} ms`);
    for (const [key, times] of Object.entries(measures.keys)) {
      console.log(
        `  ${key.padEnd(8)} median ${ms(median(times))}, slowest ${ms(Math.max(...times))} of ${times.length}`,
      );
    }
    const { medianMs, slowestMs } = summary(measures);
    console.log(`all keys: median ${ms(medianMs)}, slowest ${ms(slowestMs)}`);
    console.log(`memory ${measures.residentMiB.toFixed(0)} MiB, at most ${measures.peakMiB.toFixed(0)} MiB`);
    console.log(`idle ${measures.idlePercent.toFixed(1)} % of one core over ${IDLE_MS / 1000} s`);
  } finally {
    await load.end();
  }
} finally {
  await rm(directory, { recursive: true });
}

function ms(time: number): string {
  return `${time.toFixed(1)} ms`;
}
