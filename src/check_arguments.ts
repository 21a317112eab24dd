import { type ParseArgsConfig, parseArgs } from 'node:util';
import { oneOf, pathOf, usageError } from './arguments.js';
import type { FailOn } from './document/document.js';
import { SockwatchError } from './errors.js';
import type { Role } from './spec/rows.js';

/** What `check` is asked for. */
export type CheckCommand =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'check';
      /** At least one. */
      readonly files: readonly string[];
      readonly page: string | null;
      readonly notes: readonly string[];
      readonly strict: boolean;
      readonly role: Role | 'auto';
      readonly format: 'json' | 'table' | 'html';
      /** null: standard output. */
      readonly output: string | null;
      readonly failOn: FailOn;
    };

const OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  spec: { type: 'string' },
  notes: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  role: { type: 'string' },
  'fail-on': { type: 'string' },
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
  if (values.strict === true && values.notes !== undefined) {
    throw new SockwatchError('ERR_USAGE', '--strict leaves all notes out, so it cannot go with --notes');
  }
  if (positionals.some((file) => file === '' || file.includes('\0'))) {
    throw new SockwatchError('ERR_USAGE', 'a FILE to check is a path, which cannot be empty');
  }
  return {
    kind: 'check',
    files: positionals,
    page: pathOf('spec', values.spec),
    notes: (values.notes ?? []).map((file) => pathOf('notes', file) ?? ''),
    strict: values.strict ?? false,
    role: oneOf('role', values.role, ['auto', 'control-plane', 'worker'], 'auto'),
    format: oneOf('format', values.format, ['json', 'table', 'html'], 'json'),
    output: pathOf('output', values.output),
    failOn: oneOf('fail-on', values['fail-on'], ['error', 'warning', 'info', 'never'], 'warning'),
  };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: true });
  } catch (error) {
    throw usageError(error);
  }
}
