import type { SockwatchError } from './errors.js';
import { printable } from './text.js';

/** An error and its hint on one line, safe for a terminal. */
export function formatError({ message, hint }: SockwatchError): string {
  return printable(hint === null ? message : `${message} (${hint})`);
}
