/**
 * `node dist/test/bench/serve.js`: what `serve` takes with 10,000 listeners (--listeners): until it answers a scrape, in memory, and
 * while nothing happens. As root.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Serving } from '../live/serving.js';
import { compile, mustFind, ROOT } from '../native/toolchain.js';
import { costOf } from '../tui/process_cost.js';
import { startLoad } from './load.js';
import { median } from './median.js';

/** The tables are read every 30 seconds where nothing happens, which is a part of it. */
const IDLE_MS = 90_000;
const SCRAPES = 200;

const { values } = parseArgs({ options: { listeners: { type: 'string', default: '10000' } } });
const listeners = Number(values.listeners);
const directory = await mkdtemp(join(tmpdir(), 'sockwatch-bench-'));
try {
  const binary = join(directory, 'load');
  await compile(await mustFind(['cc', 'gcc', 'clang-14']), ['-O2', join(ROOT, 'test/bench/load.c'), '-o', binary]);
  const load = await startLoad(binary, { processes: 50, sockets: 10_000, listeners, files: 0 }, directory);
  const serving = await Serving.start(['--netns', load.netns]);
  try {
    await measure(serving);
  } finally {
    await serving.stop();
    await load.end();
  }
} finally {
  await rm(directory, { recursive: true });
}

async function measure(serving: Serving): Promise<void> {
  const { pid = 0 } = serving.child;
  const captureMs = ((await serving.value('k8s_sockwatch_capture_duration_seconds')) ?? Number.NaN) * 1000;
  console.log(`${listeners} listeners of 10000 sockets; the first capture took ${captureMs.toFixed(0)} ms`);
  const times = [];
  for (let scrape = 0; scrape < SCRAPES; scrape += 1) {
    const start = performance.now();
    await (await serving.get('/metrics')).text();
    times.push(performance.now() - start);
  }
  console.log(
    `a scrape: median ${median(times).toFixed(1)} ms, slowest ${Math.max(...times).toFixed(1)} of ${SCRAPES}`,
  );
  const before = costOf(pid);
  const since = performance.now();
  await delay(IDLE_MS);
  const { cpuMs, residentMiB, peakMiB } = costOf(pid);
  const percent = ((cpuMs - before.cpuMs) / (performance.now() - since)) * 100;
  console.log(`idle ${percent.toFixed(2)} % of one core over ${IDLE_MS / 1000} s`);
  console.log(`memory ${residentMiB.toFixed(0)} MiB, at most ${peakMiB.toFixed(0)} MiB`);
}
