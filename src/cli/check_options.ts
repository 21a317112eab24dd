import type { FailOn } from '../snapshot/document/document.js';
import type { SpecOptions } from '../spec/load.js';
import type { Role } from '../spec/rows.js';
import {
  FAIL_ON,
  isPath,
  oneOf,
  parseOptions,
  pathOf,
  ROLES,
  redactOption,
  SHARED_OPTIONS,
  specOptions,
  usageError,
} from './parse_options.js';
import type { RedactOption } from './redact_option.js';

/** The command line of `check`. */
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
      /** null: not redacted. */
      readonly redact: RedactOption | null;
    };

/** Stands for standard input among the files; a file of this name is `./-`. */
export const STDIN = '-';

export const CHECK_HELP = `Usage: k8s-sockwatch check FILE... [options]

Evaluates nodes from collected files, on any machine and without root. A FILE is a snapshot (written by --once), the output
of ss or netstat (such as \`ss -plntu\`), or a directory, .tar or .tar.gz that contains such files, for example a diagnostics
bundle. A snapshot or text may be compressed by gzip. - is standard input: \`ss -plntu | k8s-sockwatch check -\`.

  --format FORMAT        json (default), table (for people) or html (a self-contained page for a browser)
  --output FILE          write to FILE atomically, with mode 0600
  --spec FILE            compare with this page (Markdown) instead of the built-in one of the node's release;
                         builtin:1.32 to builtin:1.36 are the built-in ones
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               compare with the page alone, without any notes
  --role ROLE            control-plane, worker or auto (default: the role in the snapshot, or inferred from the sockets)
  --fail-on SEVERITY     exit 1 for findings at or above SEVERITY: error, warning (default), info or never
  --redact               replace identifying names, addresses and IDs with pseudonyms; for a single snapshot only
  --redact-key FILE      derive the pseudonyms from the key in FILE (at least 16 bytes), so that they match across files
  -h, --help             print this help

Facts that ss text does not contain (programs, units, kernel devices, interface addresses, IPv6-only sockets) are unverified.
The result for one node is the same as from --once. Several nodes are combined into a matrix, rows against nodes, which marks
nodes that differ from their peers and checks cluster-wide rules (exactly one cilium-operator, etcd on every control plane).

Exit codes (the worst of all nodes and cluster-wide rules): 0 every node matches, 1 a node or the cluster drifts, 2 nothing
could be evaluated, 3 no such findings, but a result is incomplete or a file could not be read.
`;

/**
 * Parses the command line after `check`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseCheck(argv: readonly string[]): CheckCommand {
  const { values, positionals: files } = parseOptions(argv, SHARED_OPTIONS, true);
  if (values.help === true) return { kind: 'help' };
  if (files.length === 0) throw usageError('check needs at least one FILE to evaluate', 'see check --help');
  if (files.filter((file) => file === STDIN).length > 1) {
    throw usageError('- is standard input, which can be read once', 'give - once');
  }
  if (!files.every(isPath)) throw usageError('each FILE must be a path', 'see check --help');
  const format = oneOf('format', values.format, ['json', 'table', 'html'], 'json');
  const redact = redactOption(values);
  // A matrix contains file names, which often are the names of nodes.
  if (redact !== null && (files.length > 1 || format === 'html')) {
    const hint = 'use one FILE with --format json or table; for a matrix, redact each with the same --redact-key first';
    throw usageError('--redact works on a single snapshot, not on a matrix', hint);
  }
  return {
    kind: 'check',
    files,
    spec: specOptions(values),
    role: oneOf('role', values.role, ROLES, 'auto'),
    format,
    output: pathOf('output', values.output),
    failOn: oneOf('fail-on', values['fail-on'], FAIL_ON, 'warning'),
    redact,
  };
}
