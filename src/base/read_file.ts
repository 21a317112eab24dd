import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { getSystemErrorMap } from 'node:util';
import { messageOf, SockwatchError } from './errors.js';
import { inputError } from './input_error.js';
import { printable } from './text.js';

/** Pages and notes are a few kilobytes. */
export const MAX_INPUT_BYTES = 1024 * 1024;

export interface SizeLimit {
  readonly maxBytes: number;
  /** For a file that exceeds it. */
  readonly hint: string;
}

const PAGE_LIMIT: SizeLimit = {
  maxBytes: MAX_INPUT_BYTES,
  hint: 'Is this the right file? A page has a few kilobytes.',
};

/** Reads a whole file. Throws ERR_INPUT with a hint if it cannot be read, is not a regular file, or exceeds `limit`. */
export async function readInput(file: string, limit: SizeLimit = PAGE_LIMIT): Promise<Buffer> {
  try {
    // Before opening: opening some devices has side effects (/dev/watchdog), and opening a FIFO blocks until there is a writer.
    assertRegularFile(file, await stat(file));
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    try {
      assertRegularFile(file, await handle.stat());
      return await readAll(file, handle, limit, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof SockwatchError ? error : unreadableError(file, error);
  }
}

/** The same for what comes on a stream; `source` is its name in messages. */
export async function readInputStream(
  stream: AsyncIterable<Buffer>,
  source: string,
  { maxBytes, hint }: SizeLimit,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream) {
      pieces.push(piece);
      length += piece.length;
      if (length > maxBytes)
        throw inputError({ file: source, line: null, expected: `at most ${maxBytes} bytes`, found: 'more', hint });
    }
  } catch (error) {
    throw error instanceof SockwatchError ? error : unreadableError(source, error);
  }
  return Buffer.concat(pieces);
}

function assertRegularFile(file: string, stats: Stats): void {
  if (stats.isFile()) return;
  const hint = 'Directories, pipes and devices are not supported; write the text to a file and give its path.';
  throw inputError({ file, line: null, expected: 'a regular file', found: fileKind(stats), hint });
}

/** Reads until EOF regardless of the reported size: files in /proc report 0, and others may grow. */
async function readAll(
  file: string,
  handle: FileHandle,
  { maxBytes, hint }: SizeLimit,
  reportedSize: number,
): Promise<Buffer> {
  let bytes = Buffer.alloc(Math.min(maxBytes, Math.max(reportedSize, MIN_BUFFER_BYTES)) + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
    length += bytesRead;
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length > maxBytes)
      throw inputError({ file, line: null, expected: `at most ${maxBytes} bytes`, found: 'more', hint });
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length, maxBytes + 1));
  }
}

const MIN_BUFFER_BYTES = 64 * 1024;

function fileKind(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** ERR_INPUT for a file that the system refuses to open or read, with the system's error as `cause`. */
export function unreadableError(file: string, cause: unknown): SockwatchError {
  const { syscall, errno } = systemErrorFields(cause);
  const [name, text] = (errno === null ? undefined : getSystemErrorMap().get(-errno)) ?? [null, messageOf(cause)];
  const problem = `cannot be read: ${printable(text)}${name === null ? '' : ` (${name})`}`;
  const hint = 'Give the path of a file that this user can read.';
  return new SockwatchError('ERR_INPUT', problem, {
    file: printable(file),
    hint,
    cause,
    ...(syscall === null ? {} : { syscall }),
    ...(errno === null ? {} : { errno }),
  });
}

/** Node's errno is negative; ours is positive, as in the kernel headers. */
function systemErrorFields(error: unknown): { syscall: string | null; errno: number | null } {
  const field = (key: 'syscall' | 'errno'): unknown =>
    error instanceof Error && key in error ? Reflect.get(error, key) : null;
  const syscall = field('syscall');
  const errno = field('errno');
  return {
    syscall: typeof syscall === 'string' ? syscall : null,
    errno: typeof errno === 'number' ? -errno : null,
  };
}
