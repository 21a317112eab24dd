import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SockwatchError } from '../base/errors.js';
import { oneOf, pathOf, usageError } from './options.js';

/** What `k8s-sockwatch diff` is asked for. */
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

Tells what changed between two snapshots that --once has written: verdicts, listeners that appeared, disappeared, moved, are
open more widely or are held by somebody else, services that were restarted, and what one of the two could not see.

  --format text|json     text (default) for people: one line a difference; json for programs
  --output FILE          write to FILE, whole or not at all, readable by its owner only
  -h, --help             this text

Exit codes: 0 nothing that matters is different, 1 something is, 2 the command could not run.
Restarts, ports that the kernel chose anew, limits of queues, and releases of the kernel are told and do not matter.
`;

/**
 * Reads the command line behind `diff`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseDiff(argv: readonly string[]): DiffCommand {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return { kind: 'help' };
  if (positionals.length !== 2) {
    const message = `diff takes two snapshots, OLD and NEW, and was given ${positionals.length}`;
    throw new SockwatchError('ERR_USAGE', message, { hint: 'see diff --help' });
  }
  const [old = '', now = ''] = positionals.map(snapshotPath);
  return {
    kind: 'diff',
    old,
    now,
    format: oneOf('format', values.format, ['text', 'json'], 'text'),
    output: pathOf('output', values.output),
  };
}

function snapshotPath(text: string): string {
  if (text !== '' && !text.includes('\0')) return text;
  throw new SockwatchError('ERR_USAGE', 'OLD and NEW are paths of snapshots', { hint: 'see diff --help' });
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(error);
  }
}
