import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { tarGzOf } from '../evidence/archive.js';
import { ssFixture } from '../evidence/ss_fixtures.js';
import { pageWith } from '../spec/helpers.js';
import { CLI, snapshotIn, verdictsOf } from './cli.js';

const OLD = await readFile(new URL('../../../test/fixtures/snapshots/v1-0.1.0.json', import.meta.url), 'utf8');

/** Makes the snapshot, which drifts, pass. */
const PASSING = ['--fail-on', 'never'];

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function check(...argv: string[]): Output {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'check', ...argv], { encoding: 'utf8' });
  return { code: status ?? -1, stdout, stderr };
}

t.test('one snapshot keeps its verdicts', async (t) => {
  const file = join(t.testdir({ 'a.json': OLD }), 'a.json');
  const { code, stdout, stderr } = check(file);
  t.strictSame([code, stderr], [1, '']);
  const [stored, evaluated] = [snapshotIn(OLD), snapshotIn(stdout)];
  t.strictSame(verdictsOf(evaluated), verdictsOf(stored));
  t.strictSame(evaluated.sockets, stored.sockets);
  t.strictSame(evaluated.summary.verdicts, { ...stored.summary.verdicts, configured: 0 });
  await writeFile(`${file}.again`, stdout);
  t.equal(check(`${file}.again`).stdout, stdout, 'a second pass changes nothing');
  const table = check(file, '--format', 'table');
  t.match(table.stdout, /^node-1 {2}role control-plane .*\n.*\nthe node drifts from the page: /);
  t.equal(check(file, ...PASSING).code, 0);
  const worker = snapshotIn(check(file, '--role', 'worker').stdout);
  t.match(worker.node, { role: 'worker', roleSource: 'flag' });
  const strict: SnapshotDocument = snapshotIn(check(file, '--strict').stdout);
  t.strictSame(strict.spec.notes, []);
});

t.test('another page and notes', async (t) => {
  const page = pageWith(['| \\*:31337 | TCP | backdoor | ours |']);
  const byName =
    'version: 1\nlisteners:\n  - owners: [backdoor]\n    scope: any\n    protocols: [tcp]\n    reason: ours\n';
  const notes = `${byName}services:\n  backdoor:\n    units: [session-3.scope]\n`;
  const directory = t.testdir({
    'a.json': OLD,
    'page.md': page,
    'names.yaml': byName,
    'notes.yaml': notes,
    'bad.md': 'no page',
  });
  const at = (name: string): string => join(directory, name);
  const other = snapshotIn(check(at('a.json'), '--spec', at('page.md')).stdout);
  t.match(other.findings[0], { verdict: 'ok', expected: { service: 'backdoor' } });
  const noted = snapshotIn(check(at('a.json'), '--notes', at('notes.yaml')).stdout);
  t.equal(noted.summary.verdicts.unexpected, 0);
  const named = snapshotIn(check(at('a.json'), '--notes', at('names.yaml')).stdout);
  t.match(
    named.findings.find(({ verdict }) => verdict === 'unexpected'),
    { code: 'noted-by-name-only' },
    "a name is not enough for a socket that is not root's",
  );
  const bad = check(at('a.json'), '--spec', at('bad.md'));
  t.match(bad, { code: 2, stdout: '', stderr: /^k8s-sockwatch: .*bad\.md.*\n$/ });
});

t.test('several files, some of which cannot be read', async (t) => {
  const directory = t.testdir({
    'a.json': OLD,
    'bad.json': '{"x": 1}',
    'ss.txt': ssFixture('plntu').toString('latin1'),
  });
  const [a, bad, ss, gone] = ['a.json', 'bad.json', 'ss.txt', 'gone'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ];
  const { code, stdout, stderr } = check(bad, a, gone, ss);
  t.equal(code, 1, 'drift counts more');
  t.match(stderr, /^k8s-sockwatch: .*bad\.json: expected .*\nk8s-sockwatch: .*gone: cannot be read: .*\n$/);
  t.match(JSON.parse(stdout), {
    unreadable: [
      { source: bad, reason: /^expected a snapshot/ },
      { source: gone, reason: /^cannot be read/ },
    ],
    nodes: [
      { source: ss, role: 'control-plane' },
      { source: a, hostname: 'node-1', result: 'drift' },
    ],
  });
  const table = check(bad, a, '--format', 'table');
  t.match(table.stdout, /^1 node: .*; 1 input could not be read\n\nCould not be read:\n\? .*bad\.json: expected/);
  t.equal(check(a, bad, ...PASSING).code, 3, 'incomplete: one could not be read');
  t.equal(check(a, a, ...PASSING).code, 0);
  t.match(check(bad), { code: 2, stdout: '', stderr: /^k8s-sockwatch: .*bad\.json.*\n$/ });
  const output = join(directory, 'out');
  for (const options of [
    ['--format', 'table'],
    ['--format', 'html'],
    ['--output', output],
  ]) {
    t.match(check(bad, gone, ...options), { code: 2, stdout: '', stderr: /bad\.json.*\n.*gone.*\n$/ });
  }
  t.notOk(existsSync(output));
});

t.test('an archive gives a matrix, and --output writes it', async (t) => {
  const directory = t.testdir({});
  const bundle = join(directory, 'b.tar.gz');
  await writeFile(
    bundle,
    tarGzOf([
      { path: 'n1/s.json', content: OLD },
      { path: '../evil.json', content: '{}' },
    ]),
  );
  const output = join(directory, 'out.json');
  const { code, stdout, stderr } = check(bundle, '--output', output);
  t.strictSame([code, stdout], [1, '']);
  t.match(stderr, /^k8s-sockwatch: .*b\.tar\.gz:\.\.\/evil\.json: .* found one with \.\.\n$/);
  t.match(JSON.parse(await readFile(output, 'utf8')), {
    nodes: [{ source: `${bundle}:n1/s.json` }],
    unreadable: [{ source: bundle, reason: /evil\.json: expected a path/ }],
  });
  t.equal((await stat(output)).mode & 0o777, 0o600);
});

t.test('a file that is no evidence or cannot be read gives one line each', async (t) => {
  const directory = t.testdir({ empty: '', full: { 'a.json': OLD } });
  const at = (name: string): string => join(directory, name);
  // Not a device: a bug here would damage one of the machine's.
  t.equal(spawnSync('mkfifo', [at('pipe'), at('full/pipe.json')]).status, 0);
  await symlink('there', at('back'));
  await symlink('back', at('there'));
  await symlink('/dev/zero', at('endless'));
  await mkdir(at('closed'), { mode: 0 });
  // File modes apply to root without capabilities.
  const user = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-all'] : ['env'];
  const run = (file: string) => {
    const [command = '', ...argv] = [...user, process.execPath, CLI, 'check', file];
    return spawnSync(command, argv, { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const cases: readonly (readonly [file: string, message: RegExp])[] = [
    ['/proc/self/mem', /mem: cannot be read: i\/o error \(EIO\)/],
    ['/proc/self/clear_refs', /clear_refs: cannot be read: /],
    ['/dev/zero', /expected a regular file, found a device/],
    [at('endless'), /expected a regular file, found a device/],
    [at('pipe'), /expected a regular file, found a FIFO/],
    [at('empty'), /found an empty file/],
    [at('back'), /cannot be read: too many symbolic links encountered \(ELOOP\)/],
    [at('empty/x'), /cannot be read: not a directory/],
    [at('x'.repeat(300)), /cannot be read: name too long/],
    [at('closed'), /expected a directory that can be read, found EACCES/],
  ];
  for (const [file, message] of cases) {
    const { status, stdout, stderr } = run(file);
    t.equal(status, 2, file);
    t.match(stderr, message);
    t.match(stderr, /^k8s-sockwatch: [^\n]+\n$/, 'one line');
    t.notMatch(stderr, /internal error/);
    t.equal(stdout, '', 'and no matrix without nodes');
  }
  t.match(run(at('full')), { status: 1, stderr: '' }, 'a pipe beside a snapshot is skipped');

  const task = run('/proc/self/task');
  t.match(task, { status: 2, signal: null }, 'a directory with unreadable files terminates');
  t.match(task.stderr, /\/mem: expected a file that can be read, found EIO/);
  t.notMatch(task.stderr, /internal error/);
});

t.test('the command line', async (t) => {
  const cases: [argv: string[], stderr: RegExp][] = [
    [[], /^k8s-sockwatch: check needs at least one FILE to evaluate \(see check --help\)\n$/],
    [['x', '--once'], /^k8s-sockwatch: Unknown option '--once'/],
    [['x', '--format', 'xml'], /^k8s-sockwatch: --format must be one of json, table/],
    [['x', '--role', 'x'], /^k8s-sockwatch: --role must be one of auto, /],
    [['x', '--strict', '--notes', 'y'], /^k8s-sockwatch: --strict cannot be used with --notes/],
    [[''], /^k8s-sockwatch: each FILE must be a path/],
  ];
  for (const [argv, stderr] of cases) t.match(check(...argv), { code: 2, stdout: '', stderr }, argv.join(' '));
  t.match(check('--help'), { code: 0, stdout: /^Usage: k8s-sockwatch check FILE/, stderr: '' });
});
