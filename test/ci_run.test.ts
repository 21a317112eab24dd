import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { ROOT } from './native/toolchain.js';

/** Exit code and last line of `run`. */
function ciRun(t: Test, output: string, status: number): { status: number | null; last: string } {
  const { status: code, lines } = run(t, output, status);
  return { status: code, last: lines.at(-1) ?? '' };
}

/** `.ci/run` in a folder of its own, with an npm that prints `output` and ends with `status`. */
function run(t: Test, output: string, status: number): { status: number | null; lines: string[] } {
  const folder = t.testdir({
    '.ci': {},
    // Should the npm below not be found, the real one must not look for a package in the folders above, and test this one.
    'package.json': '{ "scripts": { "test": "exit 9" } }',
  });
  cpSync('.ci/run', join(folder, '.ci/run'));
  writeFileSync(join(folder, 'output'), output);
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\ncat '${join(folder, 'output')}'\nexit ${status}\n`, { mode: 0o755 });
  const child = spawnSync(join(folder, '.ci/run'), {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  return { status: child.status, lines: child.stdout.trimEnd().split('\n') };
}

t.test('.ci/run ends with the counts of the runner', async (t) => {
  t.same(ciRun(t, 'ok 1\n# { total: 9, pass: 7, skip: 2 }\n', 0), { status: 0, last: '7 passed, 0 failed, 2 skipped' });
  t.same(ciRun(t, '# { total: 9, pass: 8, fail: 1 }\n', 1), { status: 1, last: '8 passed, 1 failed, 0 skipped' });
});

t.test('failures are repeated before the counts', async (t) => {
  const output = 'ok 1\n    not ok 2 - inner\nnot ok 3 - file\nmuch coverage\n# { total: 3, pass: 1, fail: 2 }\n';
  const { lines } = run(t, output, 1);
  t.same(lines.slice(-3), ['    not ok 2 - inner', 'not ok 3 - file', '1 passed, 2 failed, 0 skipped']);
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

t.test('a program of the tests that is not built says what builds it, in one line', (t) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const programs = Object.values<string>(scripts).filter((script) => script.startsWith('.ci/built '));
  t.ok(programs.length > 5);
  for (const script of programs) t.ok(existsSync(join(ROOT, 'dist', script.slice('.ci/built '.length))), script);
  const run = (cwd: string, ...argv: string[]) => spawnSync(join(ROOT, '.ci/built'), argv, { cwd, encoding: 'utf8' });
  t.match(run(t.testdir({}), 'test/lab/main.js', '--list'), {
    status: 2,
    stdout: '',
    stderr: 'dist/test/lab/main.js is not there; set this checkout up first: .ci/setup test (npm test does so too)\n',
  });
  t.match(run(ROOT, 'test/lab/main.js', '--list'), { status: 0, stdout: /^impostor/m });
  t.end();
});
