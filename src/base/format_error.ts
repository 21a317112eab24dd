import type { SockwatchError } from './errors.js';
import { printable } from './text.js';

/** An error for the person who typed the command: one line, with what to do about it. */
export function formatError({ message, hint }: SockwatchError): string {
  return printable(hint === null ? message : `${message} (${hint})`);
}
