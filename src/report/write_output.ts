import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, SockwatchError } from '../base/errors.js';
import { printable } from '../base/text.js';
import { native } from '../kernel/addon.js';

/**
 * Writes a file whole or not at all, mode 0600: into a file beside it that has no name before all is on the disk, so that whoever is
 * killed meanwhile leaves nothing behind, and that then takes its place. A link is followed; anything but a regular file is refused, since the rename would replace a device or a pipe.
 * @throws SockwatchError ERR_OUTPUT; the old file, if any, is then untouched.
 */
export async function writeWhole(path: string, text: string | Iterable<string> | AsyncIterable<string>): Promise<void> {
  await write(path, text, rename, 'nothing was written; choose another file with --output, or leave it out to print');
}

/**
 * The same for a file that must not be there yet.
 * @throws SockwatchError ERR_OUTPUT, also where it is there
 */
export async function writeNew(path: string, text: string): Promise<void> {
  // A link is never made in the place of something (link(2)), where rename(2) would replace it.
  const place = async (temporary: string, target: string): Promise<void> => {
    await link(temporary, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new Error('there is such a file already') : error;
    });
    await rm(temporary);
  };
  await write(path, text, place, 'nothing was written');
}

async function write(
  path: string,
  text: string | Iterable<string> | AsyncIterable<string>,
  place: (temporary: string, target: string) => Promise<void>,
  hint: string,
): Promise<void> {
  let temporary: string | null = null;
  try {
    const target = await followLinks(path);
    const existing = await stat(target).catch(() => null);
    if (existing !== null && !existing.isFile()) throw new Error('it exists and is no regular file');
    temporary = join(dirname(target), `.k8s-sockwatch.${randomBytes(6).toString('hex')}.tmp`);
    const nameless = await openNameless(dirname(target));
    const file = nameless ?? (await open(temporary, 'wx', 0o600));
    try {
      // Each goes on where the one before it ended.
      for await (const piece of typeof text === 'string' ? [text] : text) await file.writeFile(piece);
      await file.sync();
      if (nameless !== null) native().linkOpenFile(file.fd, temporary);
    } finally {
      await file.close();
    }
    await place(temporary, target);
    temporary = null;
    await syncDirectory(dirname(target));
  } catch (error) {
    // Where it cannot be made it cannot be removed either.
    if (temporary !== null) await rm(temporary, { force: true }).catch(() => {});
    throw new SockwatchError('ERR_OUTPUT', `cannot write ${printable(path)}: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

/** O_TMPFILE (include/uapi/asm-generic/fcntl.h), which Node's constants do not have. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** A file without a name; null where the file system has none such, or where the addon that would name it cannot be loaded. */
async function openNameless(directory: string): Promise<FileHandle | null> {
  try {
    native();
    return await open(directory, O_TMPFILE | constants.O_WRONLY, 0o600);
  } catch {
    return null;
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
