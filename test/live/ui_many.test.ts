import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startLoad } from '../bench/load.js';
import { measureUi, summary } from '../bench/ui_load.js';
import { compile, mustFind, ROOT } from '../native/toolchain.js';

/* The promises as CPU time and memory, which other load hardly affects. */
const MAX_KEY_CPU_MS = 50;
const MAX_IDLE_PERCENT = 15;
const MAX_MEMORY_MIB = 150;

t.setTimeout(180_000);

t.test('with 10,000 listeners keys take little CPU time and memory is limited', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-many-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const binary = join(directory, 'load');
  await compile(await mustFind(['cc', 'gcc', 'clang-14']), ['-O2', join(ROOT, 'test/bench/load.c'), '-o', binary]);
  const load = await startLoad(binary, { processes: 50, sockets: 10_000, listeners: 10_000, files: 0 }, directory);
  t.teardown(() => load.end());
  const measures = await measureUi(load.netns, 3_000);
  const { medianMs, slowestMs } = summary(measures);
  const { listeners, keyCpuMs, residentMiB, peakMiB, idlePercent } = measures;
  t.comment(`${listeners} listeners: keys ${medianMs.toFixed(0)} ms, slowest ${slowestMs.toFixed(0)} ms`);
  t.comment(
    `memory ${residentMiB.toFixed(0)} MiB, at most ${peakMiB.toFixed(0)} MiB; idle ${idlePercent.toFixed(1)} %`,
  );
  t.equal(listeners, 10_000, 'all are listed');
  t.ok(keyCpuMs < MAX_KEY_CPU_MS, `${keyCpuMs.toFixed(0)} ms of CPU time per key`);
  t.ok(peakMiB < MAX_MEMORY_MIB, `${peakMiB.toFixed(0)} MiB`);
  t.ok(idlePercent < MAX_IDLE_PERCENT, `${idlePercent.toFixed(1)} % while nothing happens`);
});
