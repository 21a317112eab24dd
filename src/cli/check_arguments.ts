import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SockwatchError } from '../base/errors.js';
import type { FailOn } from '../snapshot/document/document.js';
import type { SpecOptions } from '../spec/load.js';
import type { Role } from '../spec/rows.js';
import { oneOf, pathOf, specOptions, usageError } from './options.js';
import type { RedactOption } from './redact_option.js';

/** What `check` is asked for. */
export type CheckCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'check';
      /** At least one. */
      readonly files: readonly string[];
      readonly spec: SpecOptions;
      readonly role: Role | 'auto';
      readonly format: 'json' | 'table' | 'html';
      /** null: standard output. */
      readonly output: string | null;
      readonly failOn: FailOn;
      /** null: as it is. */
      readonly redact: RedactOption | null;
    };

const OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  spec: { type: 'string' },
  notes: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  role: { type: 'string' },
  'fail-on': { type: 'string' },
  redact: { type: 'boolean' },
  'redact-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

export const CHECK_HELP = `Usage: k8s-sockwatch check FILE... [options]

Judges nodes by what was collected from them, on any machine and as any user. A FILE is a snapshot (what --once prints), the
output of ss (as of \`ss -plntu\`), or a directory, .tar or .tar.gz that holds such files, as diagnostics bundles do.

  --format FORMAT        json (default) for programs, table for people, html: a page for a browser that needs no network
  --output FILE          write to FILE, whole or not at all, readable by its owner only
  --spec FILE            compare with this page (Markdown) instead of the built-in one
  --notes FILE           apply these notes (YAML) as well; may be given several times
  --strict               the page alone, no notes at all
  --role ROLE            control-plane or worker; auto (default): as the snapshot has it, or as the sockets give away
  --fail-on SEVERITY     from which severity on the exit code is 1: error, warning (default), info or never
  --redact               of one snapshot: put pseudonyms in the place of what tells whose node it is, as --once --redact does
  --redact-key FILE      with the key in FILE (16 bytes or more), so that files made with it go together
  -h, --help             this text

What ss text does not tell (programs and units, kernel devices, addresses, IPv6-only sockets) is unverified, not guessed.
One node is told as by --once. Several are put into one matrix, rows against nodes: the odd one out is marked, and what no
node can tell alone (cilium-operator on exactly one, etcd on every control plane) is judged over all of them.

Exit codes: the worst of all nodes and of the cluster: 1 drift, 3 no drift was seen but an answer is incomplete or a file
could not be read, 0 every node matches; 2 nothing could be judged.
`;

/**
 * Reads the command line behind `check`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseCheck(argv: readonly string[]): CheckCommand {
  const { values, positionals } = parseOptions(argv);
  if (values.help === true) return { kind: 'help' };
  if (positionals.length === 0) {
    throw new SockwatchError('ERR_USAGE', 'check needs a snapshot, ss text, directory or archive to judge', {
      hint: 'see check --help',
    });
  }
  if (positionals.some((file) => file === '' || file.includes('\0'))) {
    throw new SockwatchError('ERR_USAGE', 'a FILE to check is a path, which cannot be empty');
  }
  const format = oneOf('format', values.format, ['json', 'table', 'html'], 'json');
  return {
    kind: 'check',
    files: positionals,
    spec: specOptions(values),
    role: oneOf('role', values.role, ['auto', 'control-plane', 'worker'], 'auto'),
    format,
    output: pathOf('output', values.output),
    failOn: oneOf('fail-on', values['fail-on'], ['error', 'warning', 'info', 'never'], 'warning'),
    redact: redactOf(values, positionals.length, format),
  };
}

/** A matrix names the files it was made of, which often have the names of nodes. */
function redactOf(
  values: ReturnType<typeof parseOptions>['values'],
  files: number,
  format: string,
): RedactOption | null {
  const keyFile = pathOf('redact-key', values['redact-key']);
  if (values.redact === true) {
    if (files === 1 && format !== 'html') return { keyFile };
    throw new SockwatchError('ERR_USAGE', '--redact makes one snapshot fit to be handed on, not a matrix', {
      hint: 'give one FILE, and --format json or table; redact each, with one --redact-key, and check those',
    });
  }
  if (keyFile === null) return null;
  throw new SockwatchError('ERR_USAGE', '--redact-key says how to --redact, so it goes with that only');
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(error);
  }
}
