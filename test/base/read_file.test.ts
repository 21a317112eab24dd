import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { LARGEST_INPUT, readInput } from '../../src/base/read_file.js';
import { laterFailure } from '../spec/helpers.js';

t.test('a regular file is read whole, through links, and one of /proc too, which claims no size', async (t) => {
  const dir = t.testdir({ page: 'text\n' });
  t.equal(String(await readInput(join(dir, 'page'))), 'text\n');
  symlinkSync('page', join(dir, 'link'));
  t.equal(String(await readInput(join(dir, 'link'))), 'text\n');
  t.match(String(await readInput('/proc/self/status')), /^Name:/);
});

t.test('a file as large as allowed is read, one byte more is refused', async (t) => {
  const file = join(t.testdir({}), 'large');
  writeFileSync(file, '');
  truncateSync(file, LARGEST_INPUT);
  t.equal((await readInput(file)).length, LARGEST_INPUT);
  truncateSync(file, LARGEST_INPUT + 1);
  const error = await laterFailure(() => readInput(file));
  t.equal(error.message, `${file}: expected at most 1048576 bytes, found more`);
  t.equal(error.hint, 'Is this the right file? A page has a few kilobytes.');
});

t.test('what is not there is said with the name of the error, its call and its number', async (t) => {
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

t.test('a file that may not be read', { skip: process.getuid?.() === 0 && 'root may read any file' }, async (t) => {
  const file = join(t.testdir({ page: '' }), 'page');
  chmodSync(file, 0);
  t.equal((await laterFailure(() => readInput(file))).message, `${file}: cannot be read: permission denied (EACCES)`);
});

t.test('only a regular file', async (t) => {
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

t.test('a FIFO without a writer is refused at once', async (t) => {
  const fifo = join(t.testdir({}), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const error = await laterFailure(() => readInput(fifo));
  t.equal(error.message, `${fifo}: expected a regular file, found a FIFO`);
  t.match(error.hint, /^A directory, pipe or device is not read/);
});
