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
  readonly hint: string | null;
  readonly syscall: string | null;
  readonly errno: number | null;

  constructor(code: ErrorCode, message: string, details: SockwatchErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint ?? null;
    this.syscall = details.syscall ?? null;
    this.errno = details.errno ?? null;
  }
}

/** The message of any thrown value, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, '; ').trim();
}
