import { join } from 'node:path';
import t from 'tap';
import { writeSnapshots } from './fleet_files.js';
import { runCheck } from './fleet_run.js';

/* A tenth of the benchmark: finds what keeps whole documents, or grows with the square of nodes. */
t.test('100 snapshots of 500 listeners', async (t) => {
  const directory = t.testdir({});
  const [few, many] = [join(directory, 'few'), join(directory, 'many')];
  await writeSnapshots(few, 20, 500);
  await writeSnapshots(many, 100, 500);
  for (const format of ['table', 'html']) {
    const output = join(directory, `matrix.${format}`);
    const fifth = await runCheck(few, format, output);
    const { code, cpuSeconds, peakMiB, bytes } = await runCheck(many, format, output);
    t.equal(code, 1, 'one node in fifty has a fault');
    t.ok(cpuSeconds < 10 * fifth.cpuSeconds, `${format}: CPU ${fifth.cpuSeconds} s, then ${cpuSeconds} s`);
    t.ok(peakMiB > 30 && peakMiB < 300, `${format}: ${peakMiB.toFixed(0)} MiB`);
    t.ok(bytes > 1000 && bytes < 1_000_000, `${format}: ${bytes} bytes`);
  }
});
