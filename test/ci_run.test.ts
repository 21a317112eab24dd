import { spawnSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

/** `.ci/run` in a folder of its own, with an npm that prints `output` and ends with `status`. */
function ciRun(t: Test, output: string, status: number): { status: number | null; last: string } {
  const folder = t.testdir({
    '.ci': {},
    // Should the npm below not be found, the real one must not look for a package in the folders above, and test this one.
    'package.json': '{ "scripts": { "test": "exit 9" } }',
  });
  cpSync('.ci/run', join(folder, '.ci/run'));
  writeFileSync(join(folder, 'output'), output);
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat '${join(folder, 'output')}'\nexit ${status}\n`, { mode: 0o755 });
  const run = spawnSync(join(folder, '.ci/run'), {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  return { status: run.status, last: run.stdout.trimEnd().split('\n').at(-1) ?? '' };
}

t.test('.ci/run ends with the counts of the runner', async (t) => {
  t.same(ciRun(t, 'ok 1\n# { total: 9, pass: 7, skip: 2 }\n', 0), { status: 0, last: '7 passed, 0 failed, 2 skipped' });
  t.same(ciRun(t, '# { total: 9, pass: 8, fail: 1 }\n', 1), { status: 1, last: '8 passed, 1 failed, 0 skipped' });
});

t.test('bytes that are no text anywhere in the output do not hide the counts', async (t) => {
  t.same(ciRun(t, 'ok 1 - a\0b \xff\n# { total: 3, pass: 3 }\n', 0), {
    status: 0,
    last: '3 passed, 0 failed, 0 skipped',
  });
});

t.test('a run that broke off before its counts is a failure', async (t) => {
  t.same(ciRun(t, 'ok 1\n', 1), { status: 1, last: '0 passed, 1 failed, 0 skipped' });
  t.same(ciRun(t, '', 0), { status: 1, last: '0 passed, 0 failed, 0 skipped' });
});
