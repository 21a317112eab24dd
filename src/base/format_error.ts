import type { SockwatchError } from './errors.js';
import { printable } from './text.js';

/** An error and its hint on one line, safe for a terminal. */
export function formatError({ message, hint }: SockwatchError): string {
  return withHint(message, hint);
}

/** The same for a place that names `source` already: without the file, if that is the one. */
export function formatProblem({ file, message, problem, hint }: SockwatchError, source: string): string {
  return withHint(file === printable(source) ? problem : message, hint);
}

function withHint(text: string, hint: string | null): string {
  return printable(hint === null ? text : `${text} (${hint})`);
}
