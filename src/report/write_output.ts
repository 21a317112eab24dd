import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SockwatchError } from '../errors.js';

/**
 * Writes a file whole or not at all, mode 0600: into a temporary file beside it, which takes its place once it is on the
 * disk. A link is followed; anything but a regular file is refused, since the rename would replace a device or a pipe.
 * @throws SockwatchError ERR_OUTPUT; the old file, if any, is then untouched.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  let temporary: string | null = null;
  try {
    const target = await realpath(path).catch(() => path);
    const existing = await stat(target).catch(() => null);
    if (existing !== null && !existing.isFile()) throw new Error('it exists and is no regular file');
    temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
    temporary = null;
    await syncDirectory(dirname(target));
  } catch (error) {
    if (temporary !== null) await rm(temporary, { force: true });
    throw new SockwatchError('ERR_OUTPUT', `cannot write ${path}: ${messageOf(error)}`, {
      hint: 'nothing was written; choose another file with --output, or leave it out to print',
      cause: error,
    });
  }
}

/** Makes the new name last. Some file systems refuse to sync a directory; the file itself is safe by then. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

/**
 * Writes to standard output and waits until it is taken. A reader that has gone away (`| head`) is no error.
 * @throws SockwatchError ERR_OUTPUT
 */
export async function writeStdout(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (error: NodeJS.ErrnoException | null | undefined): void => {
      process.stdout.off('error', done);
      if (error === null || error === undefined || error.code === 'EPIPE') resolve();
      else
        reject(new SockwatchError('ERR_OUTPUT', `cannot write to standard output: ${error.message}`, { cause: error }));
    };
    process.stdout.once('error', done);
    process.stdout.write(text, done);
  });
}
