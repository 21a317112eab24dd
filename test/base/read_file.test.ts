import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { MAX_INPUT_BYTES, readInput } from '../../src/base/read_file.js';
import { laterFailure } from '../spec/helpers.js';

t.test('reads regular files, symlinks to them, and /proc files that report size 0', async (t) => {
  const dir = t.testdir({ page: 'text\n' });
  t.equal(String(await readInput(join(dir, 'page'))), 'text\n');
  symlinkSync('page', join(dir, 'link'));
  t.equal(String(await readInput(join(dir, 'link'))), 'text\n');
  t.match(String(await readInput('/proc/self/status')), /^Name:/);
});

t.test('enforces the size limit', async (t) => {
  const file = join(t.testdir({}), 'large');
  writeFileSync(file, '');
  truncateSync(file, MAX_INPUT_BYTES);
  t.equal((await readInput(file)).length, MAX_INPUT_BYTES);
  truncateSync(file, MAX_INPUT_BYTES + 1);
  const error = await laterFailure(() => readInput(file));
  t.equal(error.message, `${file}: expected at most 1048576 bytes, found more`);
  t.equal(error.hint, 'Is this the right file? A page has a few kilobytes.');
});

t.test('system errors have a name, syscall and errno', async (t) => {
  const dir = t.testdir({ file: '' });
  const missing = await laterFailure(() => readInput(`${dir}/no\x1bthing`));
  t.equal(missing.message, `${dir}/no\\x1bthing: cannot be read: no such file or directory (ENOENT)`);
  t.match(missing, { code: 'ERR_INPUT', syscall: 'stat', errno: 2, hint: String });
  t.equal(
    (await laterFailure(() => readInput(`${dir}/file/x`))).message,
    `${dir}/file/x: cannot be read: not a directory (ENOTDIR)`,
  );
  t.match(await laterFailure(() => readInput('a\0b')), { code: 'ERR_INPUT', message: /^a\\x00b: cannot be read: / });
});

t.test('a file without read permission', { skip: process.getuid?.() === 0 && 'root can read any file' }, async (t) => {
  const file = join(t.testdir({ page: '' }), 'page');
  chmodSync(file, 0);
  t.equal((await laterFailure(() => readInput(file))).message, `${file}: cannot be read: permission denied (EACCES)`);
});

t.test('refuses directories, sockets and devices', async (t) => {
  const dir = t.testdir({});
  t.equal((await laterFailure(() => readInput(dir))).message, `${dir}: expected a regular file, found a directory`);
  const path = join(dir, 's');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.equal((await laterFailure(() => readInput(path))).message, `${path}: expected a regular file, found a socket`);
  await new Promise((resolve) => server.close(resolve));
  for (const device of ['/dev/null', '/dev/zero', '/dev/full']) {
    t.equal(
      (await laterFailure(() => readInput(device))).message,
      `${device}: expected a regular file, found a device`,
    );
  }
});

t.test('refuses a FIFO without waiting for a writer', async (t) => {
  const fifo = join(t.testdir({}), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const error = await laterFailure(() => readInput(fifo));
  t.equal(error.message, `${fifo}: expected a regular file, found a FIFO`);
  t.match(error.hint, /^Directories, pipes and devices are not supported/);
});
