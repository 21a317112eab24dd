import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { writeNew, writeWhole } from '../../src/report/write_output.js';
import { shortDirectory } from '../kernel/sockets/live.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `giving up root takes root, and we are user ${uid}`;
const failed = { name: 'SockwatchError', code: 'ERR_OUTPUT' };

t.test('whoever is killed while writing leaves nothing behind', async (t) => {
  const directory = t.testdir({ old: 'old' });
  const module = JSON.stringify(new URL('../../src/report/write_output.js', import.meta.url).href);
  for (const name of ['old', 'new']) {
    const program = `import(${module}).then(({ writeWhole }) => writeWhole(${JSON.stringify(`${directory}/${name}`)},
      (async function* () { yield 'x'.repeat(1 << 20); console.log('half'); setInterval(() => {}, 1000); await new Promise(() => {}); })()))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  t.strictSame(readdirSync(directory), ['old']);
  t.equal(readFileSync(`${directory}/old`, 'utf8'), 'old');
});

t.test('a file is written whole, for its owner only', async (t) => {
  const directory = t.testdir({ old: 'x'.repeat(100_000) });
  chmodSync(`${directory}/old`, 0o644);
  const content = `é😀\n${'line\n'.repeat(200_000)}`;
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  for (const name of ['new', 'old']) {
    await writeWhole(`${directory}/${name}`, content);
    t.ok(readFileSync(`${directory}/${name}`, 'utf8') === content, name);
    t.equal(statSync(`${directory}/${name}`).mode & 0o7777, 0o600, 'mode');
  }
  await writeWhole(`${directory}/empty`, '');
  t.equal(statSync(`${directory}/empty`).size, 0);
  t.strictSame(readdirSync(directory).sort(), ['empty', 'new', 'old'], 'nothing else is left');
});

t.test("the new file takes the old one's place: who has it open keeps the old", async (t) => {
  const directory = t.testdir({ out: 'old' });
  const before = statSync(`${directory}/out`).ino;
  await writeWhole(`${directory}/out`, 'new');
  t.not(statSync(`${directory}/out`).ino, before);
});

t.test('a new file is never made in the place of another', async (t) => {
  const directory = t.testdir({ old: 'kept' });
  symlinkSync('nowhere', `${directory}/dangling`);
  await writeNew(`${directory}/new`, 'text');
  t.equal(readFileSync(`${directory}/new`, 'utf8'), 'text');
  t.equal(statSync(`${directory}/new`).mode & 0o7777, 0o600);
  for (const name of ['old', 'new']) {
    const message = `cannot write ${directory}/${name}: there is such a file already`;
    await t.rejects(writeNew(`${directory}/${name}`, 'other'), { ...failed, message });
  }
  t.equal(readFileSync(`${directory}/old`, 'utf8'), 'kept');
  t.strictSame(readdirSync(directory).sort(), ['dangling', 'new', 'old'], 'nothing else is left');
});

t.test('links are followed, and stay links', async (t) => {
  const directory = t.testdir({ target: 'old', sub: {} });
  symlinkSync('target', `${directory}/link`);
  symlinkSync('sub/later', `${directory}/dangling`);
  for (const [link, target] of [
    ['link', 'target'],
    ['dangling', 'sub/later'],
  ] as const) {
    await writeWhole(`${directory}/${link}`, 'new');
    t.equal(readFileSync(`${directory}/${target}`, 'utf8'), 'new', `${link}: what it points to is written`);
  }
  const links = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  t.strictSame(links.map(({ name }) => name).sort(), ['dangling', 'link']);
  t.strictSame(readdirSync(`${directory}/sub`), ['later']);
});

t.test('what a rename would destroy is refused and left alone', async (t) => {
  // Nodes of our own, never /dev/null itself: a writeWhole() with this very fault would replace it, and root may.
  const directory = shortDirectory(t);
  mkdirSync(`${directory}/sub`);
  writeFileSync(`${directory}/sub/file`, '');
  const made = [
    ['mkfifo', 'fifo'],
    ...(uid === 0
      ? [
          ['mknod', 'null', 'c', '1', '3'],
          ['mknod', 'full', 'c', '1', '7'],
        ]
      : []),
  ].map(([program = '', name = '', ...rest]) => {
    const { status, stderr } = spawnSync(program, [`${directory}/${name}`, ...rest], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${program} ${name}: ${stderr}`);
    return name;
  });
  symlinkSync(made.at(-1) ?? '', `${directory}/link`);
  const names = ['sub', 'link', ...made].sort();
  for (const name of names) {
    const path = `${directory}/${name}`;
    const before = statSync(path);
    await t.rejects(writeWhole(path, 'x'), {
      ...failed,
      message: `cannot write ${path}: it exists and is no regular file`,
    });
    const after = statSync(path);
    t.strictSame([after.mode, after.ino, after.rdev], [before.mode, before.ino, before.rdev], name);
  }
  t.strictSame(readdirSync(directory).sort(), names);
  t.strictSame(readdirSync(`${directory}/sub`), ['file']);
});

t.test('what cannot be written is one line, with what to do', async (t) => {
  const directory = t.testdir({ file: '' });
  const cases: [string, RegExp][] = [
    [`${directory}/absent/out`, /: ENOENT: no such file or directory/],
    [`${directory}/file/out`, /: ENOTDIR: not a directory/],
    [`${directory}/${'x'.repeat(256)}`, /: ENAMETOOLONG: /],
    [`${directory}/absent/a\nb`, /absent/],
  ];
  for (const [path, why] of cases) {
    const error = await writeWhole(path, 'x').then(
      () => null,
      (thrown: unknown) => thrown,
    );
    t.match(error, { ...failed, message: why, hint: /^nothing was written; choose another file with --output/ });
    t.notMatch(error instanceof Error ? error.message : '', /\n/, 'one line');
  }
  t.strictSame(readdirSync(directory), ['file']);
});

t.test('a directory that may not be written to', { skip: notRoot }, async (t) => {
  const directory = shortDirectory(t);
  writeFileSync(`${directory}/out`, 'old');
  chmodSync(directory, 0o755);
  chmodSync(`${directory}/out`, 0o666);
  process.seteuid?.(65534);
  const written = await writeWhole(`${directory}/out`, 'new')
    .then(
      () => null,
      (thrown: unknown) => thrown,
    )
    .finally(() => process.seteuid?.(0));
  t.match(written, { ...failed, message: /EACCES/ });
  t.equal(readFileSync(`${directory}/out`, 'utf8'), 'old', 'the old file is untouched');
  t.strictSame(readdirSync(directory), ['out']);
});

/** Mounts a file system of 64 KiB; gives the reason where that is not possible. */
function mountSmall(directory: string): string | null {
  const argv = ['-t', 'tmpfs', '-o', 'size=64k', 'sockwatch-test', directory];
  const { status, stderr, error } = spawnSync('mount', argv, { encoding: 'utf8' });
  return status === 0 ? null : `a small file system cannot be mounted: ${error?.message ?? stderr.trim()}`;
}

const unmount = (directory: string): void => void spawnSync('umount', ['-l', directory]);

const probe = shortDirectory(t);
const cannotMount = mountSmall(probe) ?? false;
if (cannotMount === false) unmount(probe);

t.test('a full disk: the old file is untouched and no temporary one is left', { skip: cannotMount }, async (t) => {
  const directory = shortDirectory(t);
  mountSmall(directory);
  try {
    writeFileSync(`${directory}/out`, 'old');
    await t.rejects(writeWhole(`${directory}/out`, 'x'.repeat(1 << 20)), { ...failed, message: /ENOSPC/ });
    t.equal(readFileSync(`${directory}/out`, 'utf8'), 'old');
    t.strictSame(readdirSync(directory), ['out']);
    mkdirSync(`${directory}/sub`);
    await t.rejects(writeWhole(`${directory}/sub/new`, 'x'.repeat(1 << 20)), failed);
    t.strictSame(readdirSync(`${directory}/sub`), [], 'and no half of a new one');
    await writeWhole(`${directory}/out`, 'new');
    t.equal(readFileSync(`${directory}/out`, 'utf8'), 'new', 'there is room again');
  } finally {
    unmount(directory);
  }
});
