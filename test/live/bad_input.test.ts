import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { CLI } from './cli.js';

const GOOD_PAGE = `# Ports

## Services on all nodes

| Interface & Port | Protocol | Service | Description |
| --- | --- | --- | --- |
| localhost:10248 | TCP | kubelet | health |
| default:6400 | TCP | k8sd | API |
`;

function cli(...argv: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...argv], { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

t.test('invalid input gives one line on stderr and exit code 2', async (t) => {
  const directory = t.testdir({
    'port.md': GOOD_PAGE.replace('10248', '70000'),
    'broken.md': GOOD_PAGE.replace('| localhost:10248 | TCP |', '| localhost:10248 |'),
    'latin1.md': Buffer.from('# Se\xf1or', 'latin1'),
    'typo.yaml': 'version: 1\nservices:\n  kubelet:\n    nmaes: [kubelet]\n',
    'empty.md': '',
    'short.key': 'only 15 bytes..',
  });
  const at = (name: string): string => join(directory, name);
  // Not a device: a bug here would damage one of the machine's.
  t.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  const cases: readonly (readonly [title: string, argv: readonly string[], message: RegExp])[] = [
    ['no mode and no terminal', [], /the screen needs a terminal, .*--once/],
    ['unknown option', ['--once', '--frobnicate'], /--frobnicate/],
    ['an unexpected argument', ['--once', 'kubelet'], /kubelet/],
    [
      'unknown format',
      ['--once', '--format', 'xml'],
      /--format must be one of json, table, line, prometheus, not "xml"/,
    ],
    ['unknown role', ['--once', '--role', 'master'], /--role must be one of auto, control-plane, worker, not "master"/],
    ['unknown severity', ['--once', '--fail-on', 'bad'], /--fail-on must be one of/],
    ['a page that does not exist', ['--once', '--spec', at('nope.md')], /nope\.md/],
    ['a directory as page', ['--once', '--spec', directory], /k8s-sockwatch: /],
    ['port 70000', ['--once', '--spec', at('port.md')], /port\.md:7: .*70000/],
    ['a broken row', ['--once', '--spec', at('broken.md')], /broken\.md:7: /],
    ['a page that is not UTF-8', ['--once', '--spec', at('latin1.md')], /latin1\.md/],
    ['an empty page', ['--once', '--spec', at('empty.md')], /empty\.md/],
    ['notes with a wrong key', ['--once', '--notes', at('typo.yaml')], /typo\.yaml:4: .*nmaes/],
    ['--strict with notes', ['--once', '--strict', '--notes', at('typo.yaml')], /--strict/],
    [
      'a file that is not a namespace',
      ['--once', '--netns', '/etc/passwd'],
      /\/etc\/passwd: it is no network namespace/,
    ],
    ['another kind of namespace', ['--once', '--netns', '/proc/self/ns/mnt'], /it is no network namespace/],
    ['a namespace that does not exist', ['--once', '--netns', '/run/netns/nope'], /\/run\/netns\/nope/],
    [
      'a short key',
      ['--once', '--redact', '--redact-key', at('short.key')],
      /short\.key: a key must have at least 16 bytes, not 15/,
    ],
    ['a key that does not exist', ['--once', '--redact', '--redact-key', at('no.key')], /no\.key: cannot be read/],
    ['a key without --redact', ['--once', '--redact-key', at('short.key')], /--redact-key/],
    ['diff of one snapshot', ['diff', at('port.md')], /diff needs two snapshots/],
    [
      'diff of files that are not snapshots',
      ['diff', at('port.md'), at('empty.md')],
      /port\.md: .* text that is not JSON/,
    ],
    ['a directory that does not exist', ['--once', '--output', at('no/such/file')], /cannot write/],
    ['a directory as output', ['--once', '--output', directory], /not a regular file/],
    ['a pipe as output', ['--once', '--output', at('pipe')], /not a regular file/],
  ];
  for (const [title, argv, message] of cases) {
    const { code, stdout, stderr } = cli(...argv);
    t.equal(code, 2, `${title}: exit code`);
    t.equal(stdout, '', `${title}: nothing on stdout`);
    t.match(stderr, message, `${title}: message`);
    t.match(stderr, /^k8s-sockwatch: [^\n]+\n$/, `${title}: one line`);
    t.notMatch(stderr, /\n {4}at /, `${title}: no stack`);
  }
});

t.test('a valid page', async (t) => {
  const directory = t.testdir({ 'good.md': GOOD_PAGE });
  const { code, stdout } = cli('--once', '--spec', join(directory, 'good.md'));
  t.equal(code, 1, 'this machine runs neither service');
  t.match(JSON.parse(stdout), { summary: { verdicts: { missing: 2 } }, spec: { title: 'Ports' } });
});

const uid = process.getuid?.();

t.test(
  'a full disk leaves the old file intact',
  { skip: uid === 0 ? false : `mounting a small disk requires root, this is user ${uid}` },
  async (t) => {
    const disk = await mkdtemp(join(tmpdir(), 'sockwatch-disk-'));
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'tmpfs', disk], { encoding: 'utf8' });
    t.equal(mounted.status, 0, mounted.stderr);
    try {
      const file = join(disk, 'snapshot.json');
      await writeFile(file, 'old');
      await writeFile(join(disk, 'fill'), 'x'.repeat(4096));
      const { code, stderr } = cli('--once', '--output', file);
      t.equal(code, 2);
      t.match(stderr, /^k8s-sockwatch: cannot write [^\n]*ENOSPC[^\n]*\n$/);
      t.equal(await readFile(file, 'utf8'), 'old');
      const fixture = fileURLToPath(new URL('../../../test/fixtures/snapshots/v1-0.1.0.json', import.meta.url));
      const others = [
        ['check', fixture, '--format', 'html', '--output', file],
        ['check', fixture, '--output', file],
        ['diff', fixture, fixture, '--format', 'json', '--output', file],
      ];
      for (const argv of others) {
        // The old file is small, so that there is less room than any of these needs.
        await writeFile(join(disk, 'fill'), 'x'.repeat(8192)).catch(() => {});
        const other = cli(...argv);
        t.equal(other.code, 2, argv.join(' '));
        t.match(other.stderr, /^k8s-sockwatch: cannot write [^\n]*ENOSPC[^\n]*\n$/);
        t.equal(await readFile(file, 'utf8'), 'old');
      }
      t.strictSame((await readdir(disk)).sort(), ['fill', 'snapshot.json'], 'no temporary file is left');
      const redirected = spawnSync('sh', ['-c', '"$0" "$1" --once >"$2"', process.execPath, CLI, join(disk, 'out')], {
        encoding: 'utf8',
      });
      t.equal(redirected.status, 2, 'standard output is a file there');
      t.match(redirected.stderr, /^k8s-sockwatch: cannot write to standard output: ENOSPC: [^\n]*\n$/);
    } finally {
      spawnSync('umount', [disk]);
      await rmdir(disk);
    }
  },
);

t.test('standard output that cannot be written to', async (t) => {
  const full = spawnSync('sh', ['-c', '"$0" "$1" --once >/dev/full', process.execPath, CLI], { encoding: 'utf8' });
  t.equal(full.status, 2);
  t.match(full.stderr, /^k8s-sockwatch: cannot write to standard output: [^\n]+\n$/);
  const closed = spawnSync('sh', ['-c', '"$0" "$1" --once | true', process.execPath, CLI], { encoding: 'utf8' });
  t.equal(closed.stderr, '', 'a closed pipe is not an error');
});

t.test('a directory that cannot be written to', async (t) => {
  const directory = t.testdir({ closed: {} });
  if (uid === 0) {
    // Root can write everywhere except in /proc.
    t.match(cli('--once', '--output', '/proc/nope').stderr, /cannot write \/proc\/nope/);
    return;
  }
  await mkdir(join(directory, 'closed'), { recursive: true });
  await chmod(join(directory, 'closed'), 0o500);
  t.match(cli('--once', '--output', join(directory, 'closed', 'x')).stderr, /EACCES/);
});

t.test('a message is not lost where standard error is a full pipe', (t) => {
  // The reader begins once the program has ended, or in two seconds if it waits for the reader, as it should.
  const script = `
    cd "$(mktemp -d)" && {
      { head -c 65536 /dev/zero; "$@"; echo " exit $?"; touch ended; } 2>&1 | {
        for tenth in $(seq 20); do [ -e ended ] && break; sleep 0.1; done
        tr -d '\\0'
      }
    } && rm ended && rmdir "$PWD"`;
  for (const argv of [
    ['--once', '--spec', '/nonexistent'],
    ['who', '22', '--spec', '/nonexistent'],
  ]) {
    const { stdout } = spawnSync('sh', ['-c', script, 'sh', process.execPath, CLI, ...argv], { encoding: 'utf8' });
    t.match(stdout, /^k8s-sockwatch: \/nonexistent[^\n]*\n exit 2\n$/, argv.join(' '));
  }
  t.end();
});
