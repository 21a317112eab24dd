import { join } from 'node:path';
import t from 'tap';
import { writeSnapshots } from './fleet_files.js';
import { runCheck } from './fleet_run.js';

/*
 * A tenth of what the bench asks for, with room for a machine that does something else as well: it is to find what grows with
 * the square of nodes or keeps whole documents.
 */
t.test('100 snapshots of 500 listeners', async (t) => {
  const directory = t.testdir({});
  const snapshots = join(directory, 'snapshots');
  await writeSnapshots(snapshots, 100, 500);
  for (const format of ['table', 'html']) {
    const { code, seconds, peakMiB, bytes } = await runCheck(snapshots, format, join(directory, `matrix.${format}`));
    t.equal(code, 1, 'one node in fifty has a fault');
    t.ok(seconds < 60, `${format}: ${seconds.toFixed(1)} s`);
    t.ok(peakMiB > 30 && peakMiB < 300, `${format}: ${peakMiB.toFixed(0)} MiB`);
    t.ok(bytes > 1000 && bytes < 1_000_000, `${format}: ${bytes} bytes`);
  }
});
