import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { messageOf, SockwatchError } from './errors.js';
import { inputError } from './input_error.js';
import { printable } from './text.js';

/** A page has a few kilobytes; whatever is larger than this is another file. */
export const LARGEST_INPUT = 1024 * 1024;

/** How much of a file is read at most, and what to say of a larger one. */
export interface InputBound {
  readonly bytes: number;
  readonly hint: string;
}

const PAGE: InputBound = { bytes: LARGEST_INPUT, hint: 'Is this the right file? A page has a few kilobytes.' };

/**
 * All bytes of a file, of a page or notes unless `bound` says otherwise. Throws ERR_INPUT, one line with a hint, for what
 * cannot be read, is no regular file or is larger than the bound.
 */
export async function readInput(file: string, bound: InputBound = PAGE): Promise<Buffer> {
  try {
    // Asked before it is opened: opening a device alone can do harm (/dev/watchdog), a FIFO would wait for a writer.
    refuseUnlessRegular(file, await stat(file));
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      refuseUnlessRegular(file, await handle.stat());
      return await readAll(file, handle, bound, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof SockwatchError ? error : unreadable(file, error);
  }
}

function refuseUnlessRegular(file: string, stats: Stats): void {
  if (stats.isFile()) return;
  const hint = 'A directory, pipe or device is not read: write the text to a file and name that.';
  throw inputError({ file, line: null, expected: 'a regular file', found: kindOf(stats), hint });
}

/** To the end of the file, whatever size it claimed: a file of /proc claims 0, another may grow meanwhile. */
async function readAll(
  file: string,
  handle: FileHandle,
  { bytes: most, hint }: InputBound,
  claimed: number,
): Promise<Buffer> {
  let bytes = Buffer.alloc(Math.min(most, Math.max(claimed, SMALLEST_BUFFER)) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
    length += bytesRead;
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length > most) throw inputError({ file, line: null, expected: `at most ${most} bytes`, found: 'more', hint });
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length, most + 1));
  }
}

const SMALLEST_BUFFER = 64 * 1024;

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** ERR_INPUT for a file that the system does not let us read; `cause` is what it said. */
export function unreadable(file: string, cause: unknown): SockwatchError {
  const { syscall, errno } = systemFacts(cause);
  const [name, text] = (errno === null ? undefined : getSystemErrorMap().get(-errno)) ?? [null, messageOf(cause)];
  const message = `${printable(file)}: cannot be read: ${printable(text)}${name === null ? '' : ` (${name})`}`;
  const hint = 'Give the path of a file that this user may read.';
  return new SockwatchError('ERR_INPUT', message, {
    hint,
    cause,
    ...(syscall === null ? {} : { syscall }),
    ...(errno === null ? {} : { errno }),
  });
}

/** Node gives errno negative; ours are positive as the kernel's headers have them. */
function systemFacts(error: unknown): { syscall: string | null; errno: number | null } {
  const fact = (key: 'syscall' | 'errno'): unknown =>
    error instanceof Error && key in error ? Reflect.get(error, key) : null;
  const syscall = fact('syscall');
  const errno = fact('errno');
  return {
    syscall: typeof syscall === 'string' ? syscall : null,
    errno: typeof errno === 'number' ? -errno : null,
  };
}
