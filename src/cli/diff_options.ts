import type { ParseArgsConfig } from 'node:util';
import { isPath, oneOf, parseOptions, pathOf, usageError } from './parse_options.js';

/** The command line of `diff`. */
export type DiffCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'diff';
      /** Paths of two snapshots, the earlier one first. */
      readonly old: string;
      readonly now: string;
      readonly format: 'text' | 'json';
      /** null: standard output. */
      readonly output: string | null;
    };

const OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export const DIFF_HELP = `Usage: k8s-sockwatch diff OLD NEW [options]

Compares two snapshots written by --once: verdicts, listeners that appeared, disappeared, moved, became more widely reachable
or changed owner, services that restarted, and what one of the two snapshots could not see.

  --format FORMAT        text (default: one line per difference) or json
  --output FILE          write to FILE atomically, with mode 0600
  -h, --help             print this help

Exit codes: 0 no significant differences, 1 significant differences, 2 the command could not run.
Restarts, ephemeral ports, queue limits and kernel releases are reported, but are not significant.
`;

/**
 * Parses the command line after `diff`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseDiff(argv: readonly string[]): DiffCommand {
  const { values, positionals } = parseOptions(argv, OPTIONS, true);
  if (values.help === true) return { kind: 'help' };
  const [old, now, ...more] = positionals;
  if (old === undefined || now === undefined || more.length > 0) {
    throw usageError(`diff needs two snapshots, OLD and NEW, not ${positionals.length}`, 'see diff --help');
  }
  if (!isPath(old) || !isPath(now)) throw usageError('OLD and NEW must be paths', 'see diff --help');
  return {
    kind: 'diff',
    old,
    now,
    format: oneOf('format', values.format, ['text', 'json'], 'text'),
    output: pathOf('output', values.output),
  };
}
