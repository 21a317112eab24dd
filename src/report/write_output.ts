import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, link, lstat, open, rename, rm } from 'node:fs/promises';
import { errnoMessage, messageOf, SockwatchError } from '../base/errors.js';
import { printable } from '../base/text.js';
import { native } from '../kernel/addon.js';
import { type FollowedLinks, inDirectory, type OutputPlace, openPlace } from './output_place.js';

/** For the user alone: a snapshot names processes, files and addresses. */
const PRIVATE = 0o600;

/** A text, whole or in pieces. */
export type Pieces = string | Iterable<string | Uint8Array> | AsyncIterable<string>;

/**
 * Writes a file atomically. The data goes to an unnamed file in the same directory, so that nothing is left behind
 * if the process is killed; once it is on disk, it replaces the target. Symbolic links are followed if this user or the owner of
 * their directory made them. Anything but a regular file is refused, because the rename would replace a device or a pipe.
 * @throws SockwatchError ERR_OUTPUT; an existing file is then unchanged.
 */
export async function writeAtomic(path: string, text: Pieces, mode = PRIVATE): Promise<void> {
  const hint = 'nothing was written; choose another file with --output, or leave it out to print';
  await write(path, text, { links: 'trusted', place: rename, mode, hint });
}

/**
 * The same for a file that must not exist yet; no link is followed.
 * @throws SockwatchError ERR_OUTPUT, also if it exists
 */
export async function writeNew(path: string, text: Pieces): Promise<void> {
  // link(2) fails if the target exists; rename(2) would replace it.
  const place = async (temporary: string, target: string): Promise<void> => {
    await link(temporary, target).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'EEXIST' ? new Error('the file already exists') : error;
    });
    await rm(temporary);
  };
  await write(path, text, { links: 'none', place, mode: PRIVATE, hint: 'nothing was written' });
}

interface Manner {
  readonly links: FollowedLinks;
  readonly place: (temporary: string, target: string) => Promise<void>;
  /** Less what the umask takes away. */
  readonly mode: number;
  readonly hint: string;
}

async function write(path: string, text: Pieces, manner: Manner): Promise<void> {
  try {
    const target = await openPlace(path, manner.links);
    try {
      await writeAt(target, text, manner);
    } finally {
      await target.directory.close();
    }
  } catch (error) {
    const why = printable(errnoMessage(error) ?? messageOf(error));
    throw new SockwatchError('ERR_OUTPUT', `cannot write ${printable(path)}: ${why}`, {
      hint: manner.hint,
      cause: error,
    });
  }
}

async function writeAt({ directory, path }: OutputPlace, text: Pieces, { place, mode }: Manner): Promise<void> {
  const existing = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (existing !== null && !existing.isFile()) throw new Error('it exists and is not a regular file');
  const temporary = inDirectory(directory, `.k8s-sockwatch.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const unnamed = await openUnnamed(directory, mode);
    // Fails if the name exists, also as a link.
    const file = unnamed ?? (await open(temporary, 'wx', mode));
    try {
      // FileHandle.writeFile continues at the current position.
      for await (const piece of typeof text === 'string' ? [text] : text) await file.writeFile(piece);
      await file.sync();
      if (unnamed !== null) native().linkOpenFile(file.fd, temporary);
    } finally {
      await file.close();
    }
    await place(temporary, path);
  } catch (error) {
    // If the file could not be created, removing it fails as well.
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
  await syncDirectory(directory);
}

/** O_TMPFILE (include/uapi/asm-generic/fcntl.h), missing from Node's constants. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** Opens an unnamed file; null if the file system does not support it, or if the addon that names it later cannot be loaded. */
async function openUnnamed(directory: FileHandle, mode: number): Promise<FileHandle | null> {
  try {
    native();
    return await open(inDirectory(directory, '.'), O_TMPFILE | constants.O_WRONLY, mode);
  } catch {
    return null;
  }
}

/** Makes the new name durable. Some file systems cannot sync a directory; the data itself is already safe. */
async function syncDirectory(directory: FileHandle): Promise<void> {
  const readable = await open(inDirectory(directory, '.'), 'r').catch(() => null);
  await readable?.sync().catch(() => {});
  await readable?.close();
}
