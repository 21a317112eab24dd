import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { evidenceAt } from '../../src/evidence/evidence_at.js';
import { toJson } from '../../src/report/json.js';
import { joined } from '../joined.js';
import { shortDirectory } from '../kernel/sockets/live.js';
import { documentOf } from '../snapshot/document/document.js';
import { type Member, tarGzOf, tarOf } from './archive.js';
import { ssFixture } from './ss_fixtures.js';

const SNAPSHOT = joined(toJson(documentOf()));
const TCP = 'LISTEN 0 5 127.0.0.1:10248 0.0.0.0:* users:(("kubelet",pid=1,fd=2))\n';
const BOTH = 'udp UNCONN 0 0 0.0.0.0:8472 0.0.0.0:*\ntcp LISTEN 0 5 127.0.0.1:10248 0.0.0.0:*\n';

/** One line per document (`source: host, sockets`) or error, without `directory`. */
async function read(path: string, directory: string): Promise<string[]> {
  const all: string[] = [];
  for await (const one of evidenceAt(path, '1.2.3')) {
    if ('error' in one) all.push(one.error.message);
    else {
      const { node, sockets } = one.document;
      all.push(
        `${one.source}: ${node.hostname}, ${sockets.map(({ protocol, owners }) => `${protocol} ${owners.length}`).join(' ')}`,
      );
    }
  }
  return all.map((line) => line.replaceAll(`${directory}/`, ''));
}

const MEMBERS: readonly Member[] = [
  { path: 'bundle/a/hostname', content: 'node-a\n' },
  { path: 'bundle/a/network/ss -plnt', content: TCP },
  { path: 'bundle/a/network/ss -plntu', content: BOTH },
  { path: 'bundle/b/ss_-plnt', content: TCP },
  { path: 'bundle/b/ss_-plnu', content: 'ss: not found\n' },
  { path: 'bundle/c/snapshot.json', content: SNAPSHOT },
  { path: 'bundle/c/pods.json', content: '{"kind": "PodList"}' },
  { path: 'bundle/c/cut.json', content: SNAPSHOT.slice(0, 300) },
  { path: 'bundle/d/ss.txt', content: TCP },
  { path: 'bundle/d/etc/hostname', content: '\x1b[31mred\n' },
  { path: 'bundle/e/sos_commands/networking/ss_-peaonmi', content: TCP },
  { path: 'bundle/e/sos_commands/host/hostname', content: 'node-e.example' },
];

const EXPECTED = [
  ': node, ',
  /^bundle(?:\.tgz:bundle)?\/c\/cut\.json: expected a snapshot of k8s-sockwatch, found JSON that ends too early/,
  'a/network/ss -plnt: node-a, tcp 1 udp 0',
  'b/ss_-plnu: expected ss or netstat output with a listening socket, found other text',
  'b/ss_-plnt: bundle/b, tcp 1',
  'd/ss.txt: bundle/d, tcp 1',
  'e/sos_commands/networking/ss_-peaonmi: node-e.example, tcp 1',
];

t.test('a bundle of several nodes, as an archive', async (t) => {
  const directory = t.testdir({});
  for (const [name, bytes] of [
    ['bundle.tgz', tarGzOf(MEMBERS)],
    ['bundle.tar', tarOf(MEMBERS)],
  ] as const) {
    await writeFile(join(directory, name), bytes);
    const all = await read(join(directory, name), directory);
    t.equal(all.length, EXPECTED.length, name);
    for (const [at, expected] of EXPECTED.entries()) {
      if (typeof expected === 'string') t.ok(all[at]?.endsWith(expected), expected, { all });
      else t.match(all[at], /c\/cut\.json: .* found JSON that ends too early/);
      t.ok(all[at]?.startsWith(`${name}:bundle/`), 'named with the archive');
    }
  }
});

t.test('a bundle of several nodes, as a directory with archives in it', async (t) => {
  const directory = t.testdir({});
  for (const { path, content = '' } of MEMBERS) {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await writeFile(join(directory, 'bundle/z.tar.gz'), tarGzOf([{ path: 'x.json', content: SNAPSHOT }]));
  // Must not be followed, opened or waited for.
  await symlink(directory, join(directory, 'bundle/loop'));
  await symlink('c/snapshot.json', join(directory, 'bundle/link.json'));
  execFileSync('mkfifo', [join(directory, 'bundle/pipe.json')]);
  const all = await read(directory, directory);
  t.equal(all[0], 'bundle/z.tar.gz:x.json: node, ', 'files come before subdirectories');
  t.match(all[1], /^bundle\/c\/cut\.json: .* found JSON that ends too early/);
  t.strictSame(all.slice(2), [
    'bundle/c/snapshot.json: node, ',
    'bundle/a/network/ss -plnt: node-a, tcp 1 udp 0',
    'bundle/b/ss_-plnu: expected ss or netstat output with a listening socket, found other text',
    'bundle/b/ss_-plnt: bundle/b, tcp 1',
    'bundle/d/ss.txt: bundle/d, tcp 1',
    'bundle/e/sos_commands/networking/ss_-peaonmi: node-e.example, tcp 1',
  ]);
});

t.test('a link with the name of evidence is refused if it leads out of the directory', async (t) => {
  const directory = t.testdir({ all: { 'a.json': SNAPSHOT, b: {} }, 'other.json': SNAPSHOT });
  await symlink('../other.json', join(directory, 'all/b.json'));
  await symlink('../a.json', join(directory, 'all/b/c.json'));
  await symlink('/dev/null', join(directory, 'all/unrelated'));
  t.strictSame(await read(join(directory, 'all'), directory), [
    'all/a.json: node, ',
    'all/b.json: expected a file, found a link, which is not followed',
  ]);
});

const needsRoot = { skip: process.getuid?.() === 0 ? false : 'another user takes root' };

t.test('a directory that is too deep is refused, and the others are read', async (t) => {
  const directory = t.testdir({ 'z.json': SNAPSHOT });
  const deep = (levels: number): string => Array.from({ length: levels }, () => 'd').join('/');
  await mkdir(join(directory, deep(34)), { recursive: true });
  for (const levels of [32, 33, 34]) await writeFile(join(directory, deep(levels), 'a.json'), SNAPSHOT);
  t.strictSame(
    (await read(directory, directory)).map((line) => line.replace(/: node.*/, '')),
    ['z.json', `${deep(32)}/a.json`, `${deep(33)}: expected at most 32 directories below one another, found one more`],
  );
});

t.test('a directory that may be listed and not searched hides nothing', needsRoot, async (t) => {
  const directory = shortDirectory(t);
  await mkdir(join(directory, 'sub'));
  for (const file of ['a.json', 'sub/b.json', 'sub/c.json']) await writeFile(join(directory, file), SNAPSHOT);
  await chmod(directory, 0o755);
  await chmod(join(directory, 'sub'), 0o744);
  process.seteuid?.(65534);
  const all = await read(directory, directory).finally(() => process.seteuid?.(0));
  t.match(all, ['a.json: node, ', /^sub\/b\.json: expected a file that can be read, found EACCES/]);
  t.equal(all.length, 2, 'one line is enough');
});

t.test('several archives and directories are not mixed up', async (t) => {
  const directory = t.testdir({});
  const node = (name: string): Buffer =>
    tarGzOf([
      { path: 'ss.txt', content: TCP },
      { path: 'hostname', content: name },
    ]);
  await writeFile(join(directory, 'a.tgz'), node('node-a'));
  await writeFile(join(directory, 'b.tgz'), node('node-b'));
  t.strictSame(await read(directory, directory), ['a.tgz:ss.txt: node-a, tcp 1', 'b.tgz:ss.txt: node-b, tcp 1']);
  const members = [
    { path: 'hostname', content: 'collector' },
    { path: 'a/ss.txt', content: TCP },
    { path: 'b/ss.txt', content: TCP },
  ];
  await writeFile(join(directory, 'both.tar'), tarOf(members));
  t.strictSame(
    await read(join(directory, 'both.tar'), directory),
    ['both.tar:a/ss.txt: a, tcp 1', 'both.tar:b/ss.txt: b, tcp 1'],
    'a host name above two directories is ambiguous',
  );
  for (const mtime of [new Date(8.64e15), new Date(253402300800000)]) {
    await writeFile(join(directory, 'both.tar'), tarOf([{ path: 'ss.txt', content: TCP, mtime }]));
    for await (const one of evidenceAt(join(directory, 'both.tar'), '1.2.3')) {
      t.match('document' in one && one.document.capturedAt, /^\d{4}-/, 'an mtime out of range');
    }
  }
});

t.test('a snapshot that is empty, or cut off before it can be recognized, is refused beside another', async (t) => {
  const found = async (text: string, path: string, whole: string): Promise<string[]> => {
    const directory = t.testdir({
      'd.tgz': tarGzOf([
        { path, content: text },
        { path: whole, content: SNAPSHOT },
      ]),
    });
    for (const [name, content] of [
      [path, text],
      [whole, SNAPSHOT],
    ] as const) {
      await mkdir(join(directory, 'd', name, '..'), { recursive: true });
      await writeFile(join(directory, 'd', name), content);
    }
    const all = await read(join(directory, 'd'), directory);
    const packed = await read(join(directory, 'd.tgz'), directory);
    const strip = (lines: readonly string[]) => lines.map((line) => line.replace(/^d(?:\/|\.tgz:)/, ''));
    t.strictSame(strip(packed), strip(all), 'in an archive too');
    return strip(all);
  };
  for (const length of [0, 1, 5, 20, 40, 62]) {
    t.strictSame(
      await found(SNAPSHOT.slice(0, length), '2.json', '1.json'),
      [
        '1.json: node, ',
        `2.json: expected a snapshot of k8s-sockwatch, found ${length === 0 ? 'an empty file' : 'JSON that ends too early'}`,
      ],
      `${length} bytes`,
    );
  }
  const elsewhere = await found('', 'node-2/once.json', 'node-1/once.json');
  t.match(elsewhere, ['node-1/once.json: node, ', /^node-2\/once\.json: .* found an empty file$/], 'by its name');
  for (const [text, path] of [
    ['', 'pods/list.json'],
    ['{', 'pods/list.json'],
    ['', 'empty'],
    ['{"kind": "PodList', 'cut.json'],
    ['{"schemaVersion": 2}', 'manifest.json'],
    ['{}', 'none.json'],
  ] as const) {
    t.strictSame(await found(text, path, 'once.json'), ['once.json: node, '], `${path} of another program`);
  }
});

t.test('single files, by content', async (t) => {
  const directory = t.testdir({ none: {} });
  const files: Record<string, string | Buffer> = {
    'node.dat': SNAPSHOT,
    'other.json': '[1]',
    'text.json': TCP,
    empty: '',
    real: ssFixture('plntu'),
    binary: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]),
    'utf8.json': Buffer.from('{"\xff": 1}', 'latin1'),
    'gz.tgz': Buffer.from([0x1f, 0x8b, 8]),
    'empty.tar': '',
    'nothing.tgz': tarGzOf([{ path: 'log', content: 'x' }]),
  };
  const expected: Record<string, string | RegExp> = {
    'node.dat': 'node.dat: node, ',
    'other.json': 'other.json: expected a snapshot of k8s-sockwatch, found a list',
    'text.json': /^text\.json: .*text\.json, tcp 1$/,
    empty: 'empty: expected ss or netstat output with a listening socket, found an empty file',
    real: /^real: .*real, tcp 1/,
    binary: 'binary: expected ss or netstat output with a listening socket, found other text',
    'utf8.json': 'utf8.json: expected text in UTF-8, found bytes that are not UTF-8',
    'gz.tgz': 'gz.tgz: expected a whole .tar or .tar.gz, found its end: it is truncated',
    'empty.tar': 'empty.tar: expected a .tar or .tar.gz, found something else',
    'nothing.tgz': 'nothing.tgz: expected a snapshot of k8s-sockwatch, or output of ss or netstat, found none',
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await writeFile(path, content);
    const [first, ...rest] = await read(path, directory);
    if (typeof expected[name] === 'string') t.equal(first, expected[name]);
    else t.match(first, expected[name]);
    t.strictSame(rest, [], name);
  }
  t.match(await read(join(directory, 'none'), directory), [/found none$/]);
  t.match(await read(join(directory, 'gone'), directory), ['gone: cannot be read: no such file or directory (ENOENT)']);
  t.match(await read('/dev/zero', directory), ['/dev/zero: expected a regular file, found a device']);
});

t.test('coverage lists what ss text lacks', async (t) => {
  const directory = t.testdir({ 'ss.txt': BOTH });
  for await (const one of evidenceAt(join(directory, 'ss.txt'), '1.2.3')) {
    if ('error' in one) throw one.error;
    const { node, coverage, generator, capturedAt } = one.document;
    t.match(node, { kernel: 'unknown', netns: '0', role: 'unknown', defaultInterface: null, ephemeralPorts: null });
    t.strictSame(generator, { name: 'k8s-sockwatch', version: '1.2.3' });
    t.ok(Math.abs(Date.now() - Date.parse(capturedAt)) < 60_000, 'the mtime of the file');
    const states = Object.fromEntries(coverage.sources.map(({ name, status }) => [name, status]));
    t.strictSame(states, {
      tcp: 'partial',
      udp: 'partial',
      unix: 'failed',
      owners: 'failed',
      network: 'failed',
      host: 'partial',
    });
  }
});
