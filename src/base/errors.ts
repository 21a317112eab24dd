import { getSystemErrorMap } from 'node:util';

/** Stable error codes for scripts and library users. */
export type ErrorCode =
  /** A command-line option, or an argument of a library call, is invalid. */
  | 'ERR_USAGE'
  /** A page, notes file or snapshot could not be read or is malformed. */
  | 'ERR_INPUT'
  /** The result could not be written. */
  | 'ERR_OUTPUT'
  /** The requested network namespace could not be entered. */
  | 'ERR_NETNS'
  /** The native addon could not be loaded on this machine. */
  | 'ERR_NATIVE_LOAD'
  /** The kernel refused a request; `syscall` and `errno` say which and how. */
  | 'ERR_KERNEL';

/** Optional parts of an error. */
export interface SockwatchErrorDetails {
  /** The file that it is about, with the line if one is known, printable; the message begins with it. */
  file?: string;
  /** What to do about it, as a sentence. */
  hint?: string;
  /** Name of the failed system call. */
  syscall?: string;
  /** errno, positive. */
  errno?: number;
  cause?: unknown;
}

/**
 * The only error type this package throws on purpose; anything else is a bug. `message` is a single line that says what
 * failed, on what, and why; `hint` says what to do.
 */
export class SockwatchError extends Error {
  override readonly name = 'SockwatchError';
  readonly code: ErrorCode;
  /** The file that the message begins with, with the line if one is known; null: none. */
  readonly file: string | null;
  /** The message without the file. */
  readonly problem: string;
  readonly hint: string | null;
  readonly syscall: string | null;
  readonly errno: number | null;

  constructor(code: ErrorCode, problem: string, details: SockwatchErrorDetails = {}) {
    const { file = null, cause } = details;
    super(file === null ? problem : `${file}: ${problem}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.problem = problem;
    this.hint = details.hint ?? null;
    this.syscall = details.syscall ?? null;
    this.errno = details.errno ?? null;
  }
}

/** The package locates its files relative to its modules, which a bundler moves. */
export const BUNDLER_HINT =
  'A bundler must leave the package out (esbuild: --external:k8s-sockwatch; ncc: -e k8s-sockwatch; webpack: externals).';

/** The message of any thrown value, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, '; ').trim();
}

/** `ENOENT: no such file or directory`, without what Node.js adds to it; null: not the error of a system call. */
export function errnoMessage(thrown: unknown): string | null {
  const code: unknown = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  const text = typeof code === 'string' ? SYSTEM_ERRORS.get(code) : undefined;
  return text === undefined ? null : `${code}: ${text}`;
}

const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map(getSystemErrorMap().values());
