import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink } from 'node:fs/promises';

/** A file to write: its directory, open so that it cannot be exchanged for another one meanwhile, and its name there. */
export interface OutputPlace {
  readonly directory: FileHandle;
  readonly name: string;
  /** The file by way of the open directory. */
  readonly path: string;
}

/** `trusted`: links made by this user or by the owner of the directory that they are in. */
export type FollowedLinks = 'trusted' | 'none';

/** MAXSYMLINKS (include/linux/namei.h). */
const MAX_LINKS = 40;

/** include/uapi/asm-generic/fcntl.h, missing from Node's constants. */
const O_PATH = 0o10000000;
const DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/**
 * Walks along `path`, one open directory after the other, so that what was checked is what is used. In a directory that others can
 * write to, such as /tmp, they could plant a link to any file of the user who runs the program.
 * @throws Error that says why, for a link that is not followed and for what cannot be opened
 */
export async function openPlace(path: string, followed: FollowedLinks): Promise<OutputPlace> {
  let directory = await open(path.startsWith('/') ? '/' : '.', DIRECTORY);
  try {
    let links = 0;
    for (let rest = partsOf(path); ; ) {
      const [name = '.', ...further] = rest;
      const here = inDirectory(directory, name);
      const target = await trustedTarget(directory, here, name, followed, further.length === 0);
      if (target !== null) {
        links += 1;
        if (links > MAX_LINKS) throw new Error('too many links');
        if (target.startsWith('/')) directory = await exchanged(directory, '/');
        rest = [...partsOf(target), ...further];
        continue;
      }
      if (further.length === 0) return { directory, name, path: here };
      directory = await exchanged(directory, here);
      rest = further;
    }
  } catch (error) {
    await directory.close();
    throw error;
  }
}

/** The path of `name` in an open directory. */
export function inDirectory(directory: FileHandle, name: string): string {
  return `/proc/self/fd/${directory.fd}/${name}`;
}

/** A slash at the end means a directory, which `.` is in it. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .flatMap((part, at, all) => (part !== '' ? [part] : at > 0 && at === all.length - 1 ? ['.'] : []));
}

async function exchanged(directory: FileHandle, path: string): Promise<FileHandle> {
  const next = await open(path, DIRECTORY);
  await directory.close();
  return next;
}

/** Where a link that may be followed leads; null: not a link, or the last part of a path of which no link is followed. */
async function trustedTarget(
  directory: FileHandle,
  path: string,
  name: string,
  followed: FollowedLinks,
  isLast: boolean,
): Promise<string | null> {
  const before = await linkAt(path);
  if (before === null || (isLast && followed === 'none')) return null;
  if (followed === 'none') throw new Error(`"${name}" in its path is a symbolic link`);
  const { uid } = await directory.stat({ bigint: true });
  if (before.uid !== uid && before.uid !== BigInt(process.geteuid?.() ?? -1)) {
    throw new Error(`"${name}" is a symbolic link that another user (uid ${before.uid}) made`);
  }
  const target = await readlink(path);
  const after = await linkAt(path);
  if (after?.ino !== before.ino || after.ctimeNs !== before.ctimeNs) {
    throw new Error(`the symbolic link "${name}" was replaced meanwhile`);
  }
  return target;
}

async function linkAt(path: string) {
  const stats = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return stats?.isSymbolicLink() === true ? stats : null;
}
