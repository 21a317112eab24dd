import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

t.test('bad input is told in one line, with exit code 2', async (t) => {
  const directory = t.testdir({
    'port.md': GOOD_PAGE.replace('10248', '70000'),
    'broken.md': GOOD_PAGE.replace('| localhost:10248 | TCP |', '| localhost:10248 |'),
    'latin1.md': Buffer.from('# Se\xf1or', 'latin1'),
    'typo.yaml': 'version: 1\nservices:\n  kubelet:\n    nmaes: [kubelet]\n',
    'empty.md': '',
    'short.key': 'only 15 bytes..',
  });
  const at = (name: string): string => join(directory, name);
  // A pipe of our own: a device of the machine's would be at risk if this were broken.
  t.equal(spawnSync('mkfifo', [at('pipe')]).status, 0);
  const cases: readonly (readonly [title: string, argv: readonly string[], message: RegExp])[] = [
    ['no mode and no terminal', [], /the screen needs a terminal, .*--once/],
    ['unknown option', ['--once', '--frobnicate'], /--frobnicate/],
    ['a stray argument', ['--once', 'kubelet'], /kubelet/],
    ['unknown format', ['--once', '--format', 'xml'], /--format is one of json, table, line, not "xml"/],
    ['unknown role', ['--once', '--role', 'master'], /--role is one of auto, control-plane, worker, not "master"/],
    ['unknown severity', ['--once', '--fail-on', 'bad'], /--fail-on is one of/],
    ['a page that is not there', ['--once', '--spec', at('nope.md')], /nope\.md/],
    ['a directory as page', ['--once', '--spec', directory], /k8s-sockwatch: /],
    ['port 70000', ['--once', '--spec', at('port.md')], /port\.md:7: .*70000/],
    ['a broken row', ['--once', '--spec', at('broken.md')], /broken\.md:7: /],
    ['a page that is not UTF-8', ['--once', '--spec', at('latin1.md')], /latin1\.md/],
    ['an empty page', ['--once', '--spec', at('empty.md')], /empty\.md/],
    ['notes with a wrong key', ['--once', '--notes', at('typo.yaml')], /typo\.yaml:4: .*nmaes/],
    ['--strict with notes', ['--once', '--strict', '--notes', at('typo.yaml')], /--strict/],
    ['a namespace that is none', ['--once', '--netns', '/etc/passwd'], /\/etc\/passwd: it is no network namespace/],
    ['another kind of namespace', ['--once', '--netns', '/proc/self/ns/mnt'], /it is no network namespace/],
    ['a namespace that is not there', ['--once', '--netns', '/run/netns/nope'], /\/run\/netns\/nope/],
    [
      'a short key',
      ['--once', '--redact', '--redact-key', at('short.key')],
      /short\.key: a key has at least 16 bytes, this one 15/,
    ],
    ['a key that is not there', ['--once', '--redact', '--redact-key', at('no.key')], /no\.key: cannot be read/],
    ['a key for nothing', ['--once', '--redact-key', at('short.key')], /--redact-key/],
    ['diff of one snapshot', ['diff', at('port.md')], /diff takes two snapshots/],
    ['diff of what is none', ['diff', at('port.md'), at('empty.md')], /port\.md: expected valid JSON/],
    ['a folder that is not there', ['--once', '--output', at('no/such/file')], /cannot write/],
    ['a directory as output', ['--once', '--output', directory], /no regular file/],
    ['a pipe as output', ['--once', '--output', at('pipe')], /no regular file/],
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

t.test('a good page is no bad input', async (t) => {
  const directory = t.testdir({ 'good.md': GOOD_PAGE });
  const { code, stdout } = cli('--once', '--spec', join(directory, 'good.md'));
  t.equal(code, 1, 'two services are missing here');
  t.match(JSON.parse(stdout), { summary: { verdicts: { missing: 2 } }, spec: { title: 'Ports' } });
});

const uid = process.getuid?.();

t.test(
  'a full disk leaves the old file whole and nothing half written',
  { skip: uid === 0 ? false : `mounting a small disk takes root, this is user ${uid}` },
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
      t.strictSame((await readdir(disk)).sort(), ['fill', 'snapshot.json'], 'no temporary file is left');
    } finally {
      spawnSync('umount', [disk]);
      await rmdir(disk);
    }
  },
);

t.test('standard output that takes nothing', async (t) => {
  const full = spawnSync('sh', ['-c', '"$0" "$1" --once >/dev/full', process.execPath, CLI], { encoding: 'utf8' });
  t.equal(full.status, 2);
  t.match(full.stderr, /^k8s-sockwatch: cannot write to standard output: [^\n]+\n$/);
  const closed = spawnSync('sh', ['-c', '"$0" "$1" --once | true', process.execPath, CLI], { encoding: 'utf8' });
  t.equal(closed.stderr, '', 'a reader that has gone away is no error');
});

t.test('an unwritable folder', async (t) => {
  const directory = t.testdir({ closed: {} });
  if (uid === 0) {
    // Root may write anywhere but into /proc.
    t.match(cli('--once', '--output', '/proc/nope').stderr, /cannot write \/proc\/nope/);
    return;
  }
  await mkdir(join(directory, 'closed'), { recursive: true });
  await chmod(join(directory, 'closed'), 0o500);
  t.match(cli('--once', '--output', join(directory, 'closed', 'x')).stderr, /EACCES/);
});
