/** What went wrong, as a stable word that scripts and library users may compare with. */
export type ErrorCode =
  /** An option or argument on the command line, or of a library call, is not valid. */
  | 'ERR_USAGE'
  /** A page, notes file or snapshot could not be read or does not have the form it must have. */
  | 'ERR_INPUT'
  /** The result could not be written where it was asked for. */
  | 'ERR_OUTPUT'
  /** The network namespace asked for could not be entered. */
  | 'ERR_NETNS'
  /** The native addon could not be loaded on this machine. */
  | 'ERR_NATIVE_LOAD'
  /** The kernel refused a request; `syscall` and `errno` say which and how. */
  | 'ERR_KERNEL';

/** What goes with the message. */
export interface SockwatchErrorDetails {
  /** What the reader can do about it, as a sentence of its own. */
  hint?: string;
  /** The system call that failed, as in `man 2`. */
  syscall?: string;
  /** The kernel's error number, positive. */
  errno?: number;
  cause?: unknown;
}

/**
 * The one error type that leaves this package on purpose. `message` is a single line meant for people: what failed, on
 * what, and why; `hint` says what to do. Anything else that is thrown is a defect of ours.
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

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replace(/\s*\n\s*/g, '; ').trim();
}
