import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.js';
import { inputError } from '../base/input_error.js';
import { printable } from '../base/text.js';
import { Collector } from './bounded_reader.js';
import { HEAD_LENGTH } from './classify_file.js';
import type { Found } from './evidence_file.js';
import { isGzip, isTar, tarMembers } from './tarball.js';

const MOST_FILES = 200_000;
const DEEPEST = 32;
const PIECE = 64 * 1024;
const LARGEST_PIECE = 1024 * 1024;

/**
 * The files in and below a directory that look like evidence, by name, and those in archives that lie there. Links are not
 * followed, devices and pipes not opened.
 */
export async function* directoryFiles(root: string): AsyncGenerator<Found> {
  let seen = 0;
  const waiting: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, depth } = next;
    const names = await namesIn(join(root, path));
    if (!Array.isArray(names)) {
      yield refusal(join(root, path), 'a directory that can be read', names.failure);
      continue;
    }
    seen += names.length;
    if (seen > MOST_FILES || depth > DEEPEST) {
      yield refusal(root, `at most ${MOST_FILES} files, ${DEEPEST} directories deep`, 'more');
      return;
    }
    const below: { readonly path: string; readonly depth: number }[] = [];
    for (const name of names) {
      const inner = path === '' ? name : `${path}/${name}`;
      const stats = await lstat(join(root, inner)).catch(() => null);
      if (stats?.isDirectory() === true) below.push({ path: inner, depth: depth + 1 });
      else if (stats?.isFile() === true) yield* fileContent(join(root, inner), inner);
    }
    waiting.push(...below.reverse());
  }
}

async function namesIn(path: string): Promise<string[] | { readonly failure: string }> {
  try {
    const names: string[] = [];
    for await (const { name } of await opendir(path)) {
      names.push(name);
      if (names.length > MOST_FILES) break;
    }
    return names.sort();
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function refusal(file: string, expected: string, found: string): Found {
  return { kind: 'refused', source: file, error: inputError({ file, line: null, expected, found: printable(found) }) };
}

/** What a file holds: itself, where it looks like evidence, or the members of an archive that do. */
async function* fileContent(file: string, path: string): AsyncGenerator<Found> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    if (!stats.isFile()) return;
    const head = Buffer.alloc(HEAD_LENGTH);
    const { bytesRead } = await handle.read(head, 0, HEAD_LENGTH, 0);
    if (isArchive(path, head.subarray(0, bytesRead))) {
      // Below the archive as below a directory, so that those of several archives are kept apart.
      for await (const one of tarMembers(handle, file)) {
        yield one.kind === 'refused' ? one : { ...one, path: `${path}/${one.path}` };
      }
      return;
    }
    const found = await collected(handle, new Collector(file, path), stats);
    if (found !== null) yield found;
  } catch (error) {
    // Files of /proc and /sys can be opened that cannot be read. What is not the system's doing is a defect of ours.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    yield refusal(file, 'a file that can be read', messageOf(error));
  } finally {
    await handle?.close();
  }
}

/** Many files of a bundle are compressed; only what is named an archive is taken for one. */
function isArchive(path: string, head: Uint8Array): boolean {
  return isTar(head) || (isGzip(head) && /\.(?:tar\.gz|tgz)$/.test(path));
}

/** Reads a file for as long as more of it is wanted, whatever size it claimed, most files in one piece. */
export async function collected(
  handle: FileHandle,
  collector: Collector,
  { size, mtime }: Pick<Stats, 'size' | 'mtime'>,
): Promise<Found | null> {
  let position = 0;
  let room = Buffer.alloc(0);
  for (;;) {
    const left = size - position;
    if (room.length === 0) room = Buffer.allocUnsafeSlow(left > 0 ? Math.min(left, LARGEST_PIECE) : PIECE);
    const { bytesRead } = await handle.read(room, 0, room.length, position);
    position += bytesRead;
    if (bytesRead === 0 || !collector.write(room.subarray(0, bytesRead))) return collector.finish(mtime);
    room = room.subarray(bytesRead);
  }
}
