import { constants, Stats } from 'node:fs';
import { type FileHandle, lstat, open, opendir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import { BoundedReader } from './bounded_reader.js';
import { ARCHIVE_NAME, isNamedAsEvidence, MAX_HEAD_BYTES } from './classify_file.js';
import { isGzip, isTar } from './compression.js';
import { type EvidenceItem, LINK, refusal } from './evidence_file.js';
import { tarMembers } from './tarball.js';

const MAX_FILES = 200_000;
const MAX_DEPTH = 32;
const CHUNK_BYTES = 64 * 1024;
const MAX_CHUNK_BYTES = 1024 * 1024;

/**
 * Evidence files in and below a directory, sorted by name, including those in archives. Does not follow symbolic links or
 * open devices and pipes. What cannot be looked at, and links out of the directory that have the name of evidence, are refused.
 */
export async function* directoryFiles(root: string): AsyncGenerator<EvidenceItem> {
  let fileCount = 0;
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, depth } = next;
    if (depth > MAX_DEPTH) {
      yield refusal(join(root, path), `at most ${MAX_DEPTH} directories below one another`, 'one more');
      continue;
    }
    const names = await namesIn(join(root, path));
    if (!Array.isArray(names)) {
      yield refusal(join(root, path), 'a directory that can be read', names.failure);
      continue;
    }
    fileCount += names.length;
    if (fileCount > MAX_FILES) {
      yield refusal(root, `at most ${MAX_FILES} files`, 'more');
      return;
    }
    let isRefused = false;
    const children: { readonly path: string; readonly depth: number }[] = [];
    for (const name of names) {
      const inner = path === '' ? name : `${path}/${name}`;
      const file = join(root, inner);
      const stats = await lstat(file).catch((error: unknown) => error);
      if (!(stats instanceof Stats)) {
        // All files are alike where the directory may be listed and not searched.
        if (!isRefused) yield refusal(file, 'a file that can be read', messageOf(stats));
        isRefused = true;
      } else if (stats.isDirectory()) children.push({ path: inner, depth: depth + 1 });
      else if (stats.isFile()) yield* fileContent(file, inner);
      else if (stats.isSymbolicLink() && isNamedAsEvidence(inner) && (await leadsOut(root, file)))
        yield refusal(file, 'a file', LINK);
    }
    pending.push(...children.reverse());
  }
}

async function namesIn(path: string): Promise<string[] | { readonly failure: string }> {
  try {
    const names: string[] = [];
    for await (const { name } of await opendir(path)) {
      names.push(name);
      if (names.length > MAX_FILES) break;
    }
    return names.sort();
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

/** By its text alone: looking at its target may hang. */
async function leadsOut(root: string, link: string): Promise<boolean> {
  const target = await readlink(link).catch(() => '/');
  return !`${resolve(dirname(link), target)}/`.startsWith(`${resolve(root)}/`);
}

/** The file itself if it is evidence, or the evidence in it if it is an archive. */
async function* fileContent(file: string, path: string): AsyncGenerator<EvidenceItem> {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    if (!stats.isFile()) return;
    const head = Buffer.alloc(MAX_HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, MAX_HEAD_BYTES, 0);
    if (isArchive(path, head.subarray(0, bytesRead))) {
      // Members get the archive as parent directory, so that several archives are not mixed up.
      for await (const one of tarMembers(handle, file)) {
        yield one.kind === 'refused' ? one : { ...one, path: `${path}/${one.path}` };
      }
      return;
    }
    const item = await readBounded(handle, new BoundedReader(file, path), stats);
    if (item !== null) yield item;
  } catch (error) {
    // Some files in /proc and /sys can be opened but not read. Errors without a syscall are bugs.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    yield refusal(file, 'a file that can be read', messageOf(error));
  } finally {
    await handle?.close();
  }
}

/** Bundles contain many compressed files; only those with an archive's name are opened as one. */
function isArchive(path: string, head: Uint8Array): boolean {
  return isTar(head) || (isGzip(head) && ARCHIVE_NAME.test(path));
}

/** Reads until EOF or until the reader needs no more, regardless of the reported size; most files in one read. */
async function readBounded(
  handle: FileHandle,
  reader: BoundedReader,
  { size, mtime }: Pick<Stats, 'size' | 'mtime'>,
): Promise<EvidenceItem | null> {
  let position = 0;
  let buffer = Buffer.alloc(0);
  for (;;) {
    const left = size - position;
    if (buffer.length === 0) buffer = Buffer.allocUnsafeSlow(left > 0 ? Math.min(left, MAX_CHUNK_BYTES) : CHUNK_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    position += bytesRead;
    if (bytesRead === 0 || !reader.write(buffer.subarray(0, bytesRead))) return reader.finish(mtime);
    buffer = buffer.subarray(bytesRead);
  }
}
