import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, open, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf, SockwatchError } from '../base/errors.js';
import { printable } from '../base/text.js';
import { native } from '../kernel/addon.js';

/**
 * Writes a file atomically, with mode 0600. The data goes to an unnamed file in the same directory, so that nothing is left behind
 * if the process is killed; once it is on disk, it replaces the target. Symbolic links are followed. Anything but a regular file
 * is refused, because the rename would replace a device or a pipe.
 * @throws SockwatchError ERR_OUTPUT; an existing file is then unchanged.
 */
export async function writeAtomic(
  path: string,
  text: string | Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  await write(path, text, rename, 'nothing was written; choose another file with --output, or leave it out to print');
}

/**
 * The same for a file that must not exist yet.
 * @throws SockwatchError ERR_OUTPUT, also if it exists
 */
export async function writeNew(path: string, text: string): Promise<void> {
  // link(2) fails if the target exists; rename(2) would replace it.
  const place = async (temporary: string, target: string): Promise<void> => {
    await link(temporary, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new Error('the file already exists') : error;
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
    if (existing !== null && !existing.isFile()) throw new Error('it exists and is not a regular file');
    temporary = join(dirname(target), `.k8s-sockwatch.${randomBytes(6).toString('hex')}.tmp`);
    const unnamed = await openUnnamed(dirname(target));
    const file = unnamed ?? (await open(temporary, 'wx', 0o600));
    try {
      // FileHandle.writeFile continues at the current position.
      for await (const piece of typeof text === 'string' ? [text] : text) await file.writeFile(piece);
      await file.sync();
      if (unnamed !== null) native().linkOpenFile(file.fd, temporary);
    } finally {
      await file.close();
    }
    await place(temporary, target);
    temporary = null;
    await syncDirectory(dirname(target));
  } catch (error) {
    // If the file could not be created, removing it fails as well.
    if (temporary !== null) await rm(temporary, { force: true }).catch(() => {});
    throw new SockwatchError('ERR_OUTPUT', `cannot write ${printable(path)}: ${messageOf(error)}`, {
      hint,
      cause: error,
    });
  }
}

/** O_TMPFILE (include/uapi/asm-generic/fcntl.h), missing from Node's constants. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Opens an unnamed file; null if the file system does not support it, or if the addon that names it later cannot be loaded. */
async function openUnnamed(directory: string): Promise<FileHandle | null> {
  try {
    native();
    return await open(directory, O_TMPFILE | constants.O_WRONLY, 0o600);
  } catch {
    return null;
  }
}

/** MAXSYMLINKS (include/linux/namei.h). */
const MAX_LINKS = 40;

/** Resolves symbolic links, including one whose target does not exist yet. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    const next = await readlink(target).catch(() => null);
    if (next === null) return target;
    target = resolve(dirname(target), next);
  }
  throw new Error('too many links');
}

/** Makes the new name durable. Some file systems cannot sync a directory; the data itself is already safe. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => null);
  await directory?.sync().catch(() => {});
  await directory?.close();
}
