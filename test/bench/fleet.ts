/**
 * `node dist/test/bench/fleet.js [NODES [LISTENERS]]`: the cost of a matrix in each format. For 1,000 snapshots of 500 listeners,
 * the limits are 10 s, 300 MiB, and 5 MB of HTML.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSnapshots } from './fleet_files.js';
import { runCheck } from './fleet_run.js';

const [nodes = 1000, listeners = 500] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), 'sockwatch-fleet-'));
try {
  const snapshots = join(directory, 'snapshots');
  await writeSnapshots(snapshots, nodes, listeners);
  console.log(`${nodes} snapshots of ${listeners} listeners, mostly unexplained`);
  for (const format of ['table', 'html', 'json']) {
    const { code, seconds, cpuSeconds, peakMiB, bytes } = await runCheck(
      snapshots,
      format,
      join(directory, `matrix.${format}`),
    );
    console.log(
      `  ${format.padEnd(5)} ${seconds.toFixed(1)} s, CPU ${cpuSeconds.toFixed(1)} s, peak ${peakMiB.toFixed(0)} MiB, ${(bytes / 1e6).toFixed(2)} MB written, exit ${code}`,
    );
  }
} finally {
  await rm(directory, { recursive: true });
}
