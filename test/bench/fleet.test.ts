import { join } from 'node:path';
import t from 'tap';
import { CLI } from '../live/cli.js';
import { compile, mustFind, ROOT } from '../native/toolchain.js';
import { writeSnapshots } from './fleet_files.js';
import { runCheck } from './sections/fleet.js';

/* A tenth of the benchmark: finds what keeps whole documents, or grows with the square of nodes. */
t.test('100 snapshots of 500 listeners', async (t) => {
  const directory = t.testdir({});
  const binary = (name: string): string => join(directory, name);
  const source = join(ROOT, 'test/bench/measure.c');
  await compile(await mustFind(['cc', 'gcc', 'clang-14']), ['-O2', source, '-o', binary('measure')]);
  const [few, many] = [join(directory, 'few'), join(directory, 'many')];
  await writeSnapshots(few, 20, 500);
  await writeSnapshots(many, 100, 500);
  for (const format of ['table', 'html']) {
    const fifth = await runCheck({ binary }, CLI, few, format);
    const { code, cpuMs, mebibytes, bytes } = await runCheck({ binary }, CLI, many, format);
    t.equal(code, 1, 'one node in fifty has a fault');
    t.ok(cpuMs < 10 * fifth.cpuMs, `${format}: CPU ${fifth.cpuMs} ms, then ${cpuMs} ms`);
    t.ok(mebibytes > 30 && mebibytes < 300, `${format}: ${mebibytes.toFixed(0)} MiB`);
    t.ok(bytes > 1000 && bytes < 1_000_000, `${format}: ${bytes} bytes`);
  }
});
