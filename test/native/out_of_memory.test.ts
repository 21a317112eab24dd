import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { run } from '../lab/child.js';
import { compile, GCC, mustFind, skipWithout, TESTS } from './toolchain.js';

const EXERCISE = fileURLToPath(new URL('./exercise.js', import.meta.url));

t.test('a failing allocation in the addon is an ENOMEM error', { skip: await skipWithout(GCC) }, async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sockwatch-memory-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const library = join(directory, 'failing_new.so');
  const source = join(TESTS, 'failing_new.cc');
  await compile(await mustFind(GCC), ['-std=c++17', '-O1', '-fPIC', '-shared', source, '-o', library, '-ldl']);
  const env = { PATH: process.env['PATH'], LD_PRELOAD: library };
  const { code, stdout, stderr } = await run([process.execPath, EXERCISE, 'outOfMemory'], env);
  t.match({ code, stdout }, { code: 0, stdout: 'done\n' }, 'exits with 0', { stderr });
});
