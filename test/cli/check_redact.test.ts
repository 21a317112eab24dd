import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { diff } from '../../src/snapshot/diff/diff.js';
import { snapshotIn } from '../live/cli.js';
import { ROOT } from '../native/toolchain.js';

const CLI = fileURLToPath(new URL('../../src/main.cjs', import.meta.url));
const OLD = readFileSync(join(ROOT, 'test/fixtures/snapshots/v1-0.1.0.json'), 'utf8');

const directory = t.testdir({
  'node.json': OLD,
  'other.json': OLD,
  'broken.json': '{',
  key: 'sixteen bytes or more',
  short: 'short',
  bundle: { 'one.json': OLD },
  two: { 'one.json': OLD, 'two.json': OLD },
});

function check(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'check', ...argv], {
    cwd: directory,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

t.test('a stored snapshot is redacted and keeps its verdicts', async (t) => {
  const plain = snapshotIn(OLD);
  const { status, stdout, stderr } = check('node.json', '--redact', '--redact-key', 'key');
  t.strictSame([status, stderr], [1, '']);
  const redacted = snapshotIn(stdout);
  t.match(redacted.redacted?.keyId, /^[0-9a-f]{16}$/);
  t.strictSame(redacted.summary.verdicts, { ...plain.summary.verdicts, configured: 0 });
  const secrets = [plain.node.hostname, ...(plain.node.defaultInterface?.addresses ?? [])];
  t.ok(secrets.length > 1);
  for (const secret of secrets) t.notOk(stdout.includes(JSON.stringify(secret)), secret);

  t.equal(check('bundle', '--redact', '--redact-key', 'key', '--output', 'red.json').status, 1);
  const file = join(directory, 'red.json');
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.strictSame(snapshotIn(readFileSync(file, 'utf8')), redacted, 'from a bundle: identical with the same key');
  t.equal(diff(redacted, snapshotIn(readFileSync(file, 'utf8'))).differences.length, 0);

  const table = check('node.json', '--redact', '--format', 'table');
  t.match(table.stdout, /^host-[0-9a-f]{10} {2}role control-plane/);
  t.notOk(table.stdout.includes(plain.node.hostname));
});

t.test('errors leave standard output empty', async (t) => {
  const cases: readonly [readonly string[], RegExp][] = [
    [['node.json', 'other.json', '--redact'], /a single snapshot, not .* matrix \(use one FILE/],
    [['node.json', '--redact', '--format', 'html'], /a single snapshot, not .* matrix/],
    [['two', '--redact'], /exactly one snapshot: found 2, and 0 could not be read/],
    [['broken.json', '--redact'], /broken\.json: [^\n]*\n$/],
    [['node.json', '--redact-key', 'key'], /--redact-key requires --redact/],
    [['node.json', '--redact', '--redact-key', 'short'], /at least 16 bytes, not 5/],
    [['node.json', '--redact', '--redact-key', 'gone'], /gone: .*no such file/],
  ];
  for (const [argv, message] of cases) {
    const { status, stdout, stderr } = check(...argv);
    t.strictSame([status, stdout], [2, ''], argv.join(' '));
    t.match(stderr, message);
  }
});
