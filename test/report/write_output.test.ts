import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { writeAtomic, writeNew } from '../../src/report/write_output.js';
import { shortDirectory } from '../kernel/sockets/live.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `needs root, not user ${uid}`;
const failed = { name: 'SockwatchError', code: 'ERR_OUTPUT' };

t.test('a process killed while writing leaves nothing behind', async (t) => {
  const directory = t.testdir({ old: 'old' });
  const module = JSON.stringify(new URL('../../src/report/write_output.js', import.meta.url).href);
  for (const name of ['old', 'new']) {
    const program = `import(${module}).then(({ writeAtomic }) => writeAtomic(${JSON.stringify(`${directory}/${name}`)},
      (async function* () { yield 'x'.repeat(1 << 20); console.log('half'); setInterval(() => {}, 1000); await new Promise(() => {}); })()))`;
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  t.strictSame(readdirSync(directory), ['old']);
  t.equal(readFileSync(`${directory}/old`, 'utf8'), 'old');
});

t.test('a mode for other users to read it, less the umask', async (t) => {
  const directory = t.testdir();
  const umask = process.umask(0o027);
  t.teardown(() => process.umask(umask));
  await writeAtomic(`${directory}/file`, 'text', 0o644);
  t.equal(statSync(`${directory}/file`).mode & 0o7777, 0o640);
});

t.test('writes the whole file, with mode 0600', async (t) => {
  const directory = t.testdir({ old: 'x'.repeat(100_000) });
  chmodSync(`${directory}/old`, 0o644);
  const content = `é😀\n${'line\n'.repeat(200_000)}`;
  const umask = process.umask(0);
  t.teardown(() => process.umask(umask));
  for (const name of ['new', 'old']) {
    await writeAtomic(`${directory}/${name}`, content);
    t.ok(readFileSync(`${directory}/${name}`, 'utf8') === content, name);
    t.equal(statSync(`${directory}/${name}`).mode & 0o7777, 0o600, 'mode');
  }
  await writeAtomic(`${directory}/empty`, '');
  t.equal(statSync(`${directory}/empty`).size, 0);
  t.strictSame(readdirSync(directory).sort(), ['empty', 'new', 'old'], 'no temporary file is left');
});

t.test('replaces an existing file, without changing its inode', async (t) => {
  const directory = t.testdir({ out: 'old' });
  const before = statSync(`${directory}/out`).ino;
  await writeAtomic(`${directory}/out`, 'new');
  t.not(statSync(`${directory}/out`).ino, before);
});

t.test('writeNew never replaces a file', async (t) => {
  const directory = t.testdir({ old: 'kept' });
  symlinkSync('nowhere', `${directory}/dangling`);
  await writeNew(`${directory}/new`, 'text');
  t.equal(readFileSync(`${directory}/new`, 'utf8'), 'text');
  t.equal(statSync(`${directory}/new`).mode & 0o7777, 0o600);
  for (const name of ['old', 'new']) {
    const message = `cannot write ${directory}/${name}: the file already exists`;
    await t.rejects(writeNew(`${directory}/${name}`, 'other'), { ...failed, message });
  }
  t.equal(readFileSync(`${directory}/old`, 'utf8'), 'kept');
  t.strictSame(readdirSync(directory).sort(), ['dangling', 'new', 'old'], 'no temporary file is left');
});

t.test('follows symbolic links, which remain links', async (t) => {
  const directory = t.testdir({ target: 'old', sub: {} });
  symlinkSync('target', `${directory}/link`);
  symlinkSync('sub/later', `${directory}/dangling`);
  for (const [link, target] of [
    ['link', 'target'],
    ['dangling', 'sub/later'],
  ] as const) {
    await writeAtomic(`${directory}/${link}`, 'new');
    t.equal(readFileSync(`${directory}/${target}`, 'utf8'), 'new', `${link}: its target is written`);
  }
  const links = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink());
  t.strictSame(links.map(({ name }) => name).sort(), ['dangling', 'link']);
  t.strictSame(readdirSync(`${directory}/sub`), ['later']);
});

t.test('refuses targets that a rename would destroy', async (t) => {
  // Our own device nodes: a writeAtomic() with this defect would replace /dev/null itself.
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
    await t.rejects(writeAtomic(path, 'x'), {
      ...failed,
      message: `cannot write ${path}: it exists and is not a regular file`,
    });
    const after = statSync(path);
    t.strictSame([after.mode, after.ino, after.rdev], [before.mode, before.ino, before.rdev], name);
  }
  t.strictSame(readdirSync(directory).sort(), names);
  t.strictSame(readdirSync(`${directory}/sub`), ['file']);
});

t.test('an error is one line with a hint', async (t) => {
  const directory = t.testdir({ file: '' });
  const cases: [string, RegExp][] = [
    [`${directory}/absent/out`, /: ENOENT: no such file or directory/],
    [`${directory}/file/out`, /: ENOTDIR: not a directory/],
    [`${directory}/${'x'.repeat(256)}`, /: ENAMETOOLONG: /],
    [`${directory}/absent/a\nb`, /absent/],
  ];
  for (const [path, why] of cases) {
    const error = await writeAtomic(path, 'x').then(
      () => null,
      (thrown: unknown) => thrown,
    );
    t.match(error, { ...failed, message: why, hint: /^nothing was written; choose another file with --output/ });
    t.notMatch(error instanceof Error ? error.message : '', /\n/, 'one line');
  }
  t.strictSame(readdirSync(directory), ['file']);
});

t.test('a directory without write permission', { skip: notRoot }, async (t) => {
  const directory = shortDirectory(t);
  writeFileSync(`${directory}/out`, 'old');
  chmodSync(directory, 0o755);
  chmodSync(`${directory}/out`, 0o666);
  process.seteuid?.(65534);
  const written = await writeAtomic(`${directory}/out`, 'new')
    .then(
      () => null,
      (thrown: unknown) => thrown,
    )
    .finally(() => process.seteuid?.(0));
  t.match(written, { ...failed, message: /EACCES/ });
  t.equal(readFileSync(`${directory}/out`, 'utf8'), 'old', 'the old file is unchanged');
  t.strictSame(readdirSync(directory), ['out']);
});

/** Mounts a file system of 64 KiB; returns the reason if that is not possible. */
function mountSmall(directory: string): string | null {
  const argv = ['-t', 'tmpfs', '-o', 'size=64k', 'sockwatch-test', directory];
  const { status, stderr, error } = spawnSync('mount', argv, { encoding: 'utf8' });
  return status === 0 ? null : `cannot mount a small file system: ${error?.message ?? stderr.trim()}`;
}

const unmount = (directory: string): void => void spawnSync('umount', ['-l', directory]);

const probe = shortDirectory(t);
const cannotMount = mountSmall(probe) ?? false;
if (cannotMount === false) unmount(probe);

t.test('a full disk leaves the old file unchanged and no temporary file', { skip: cannotMount }, async (t) => {
  const directory = shortDirectory(t);
  mountSmall(directory);
  try {
    writeFileSync(`${directory}/out`, 'old');
    await t.rejects(writeAtomic(`${directory}/out`, 'x'.repeat(1 << 20)), { ...failed, message: /ENOSPC/ });
    t.equal(readFileSync(`${directory}/out`, 'utf8'), 'old');
    t.strictSame(readdirSync(directory), ['out']);
    mkdirSync(`${directory}/sub`);
    await t.rejects(writeAtomic(`${directory}/sub/new`, 'x'.repeat(1 << 20)), failed);
    t.strictSame(readdirSync(`${directory}/sub`), [], 'and no partial new file');
    await writeAtomic(`${directory}/out`, 'new');
    t.equal(readFileSync(`${directory}/out`, 'utf8'), 'new', 'once there is room');
  } finally {
    unmount(directory);
  }
});
