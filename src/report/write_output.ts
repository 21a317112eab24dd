import { randomBytes } from 'node:crypto';
import { open, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, SockwatchError } from '../errors.js';
import { printable } from '../sockets/bytes.js';

/**
 * Writes a file whole or not at all, mode 0600: into a temporary file beside it, which takes its place once it is on the
 * disk. A link is followed; anything but a regular file is refused, since the rename would replace a device or a pipe.
 * @throws SockwatchError ERR_OUTPUT; the old file, if any, is then untouched.
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  let temporary: string | null = null;
  try {
    const target = await followLinks(path);
    const existing = await stat(target).catch(() => null);
    if (existing !== null && !existing.isFile()) throw new Error('it exists and is no regular file');
    temporary = join(dirname(target), `.k8s-sockwatch.${randomBytes(6).toString('hex')}.tmp`);
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
    // Where it cannot be made it cannot be removed either.
    if (temporary !== null) await rm(temporary, { force: true }).catch(() => {});
    throw new SockwatchError('ERR_OUTPUT', `cannot write ${printable(path)}: ${messageOf(error)}`, {
      hint: 'nothing was written; choose another file with --output, or leave it out to print',
      cause: error,
    });
  }
}

/** Linux gives up after as many links (MAXSYMLINKS, include/linux/namei.h). */
const MOST_LINKS = 40;

/** Where a path leads, also where a link points to nothing yet. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const next = await readlink(target).catch(() => null);
    if (next === null) return target;
    target = resolve(dirname(target), next);
  }
  throw new Error('too many links');
}

/** Makes the new name last. Some file systems refuse to sync a directory; the file itself is safe by then. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
