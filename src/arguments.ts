import { type ParseArgsConfig, parseArgs } from 'node:util';
import { messageOf, SockwatchError } from './errors.js';
import type { OwnersMode } from './owners/holder_source.js';
import { SockwatchError } from './errors.js';
import type { FailOn } from './report/document.js';
import { printable } from './sockets/bytes.js';
import type { Role } from './spec/rows.js';

export type Format = 'json' | 'table';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'once';
      readonly format: Format;
      /** null: standard output. */
      readonly output: string | null;
      readonly page: string | null;
      readonly notes: readonly string[];
      readonly strict: boolean;
      readonly role: Role | 'auto';
      readonly netns: string | null;
      readonly owners: OwnersMode;
      readonly failOn: FailOn;
      readonly allowModuleLoad: boolean;
    };

const OPTIONS = {
  once: { type: 'boolean' },
  format: { type: 'string' },
  output: { type: 'string' },
  spec: { type: 'string' },
  notes: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  role: { type: 'string' },
  netns: { type: 'string' },
  owners: { type: 'string' },
  'fail-on': { type: 'string' },
  'allow-module-load': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

export const HELP = `Usage: k8s-sockwatch --once [options]

Compares the sockets of this Kubernetes node with the page that says what should listen on it.

  --once                 take one snapshot and print it
  --format json|table    json (default) for programs, table for people: one line a finding, worst first
  --output FILE          write to FILE, whole or not at all, readable by its owner only
  --spec FILE            compare with this page (Markdown) instead of the built-in one
  --notes FILE           apply these notes (YAML) as well; may be given several times
  --strict               the page alone, no notes at all
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           look into this network namespace, such as /proc/1234/ns/net
  --owners HOW           how holders of sockets are found: auto (default), bpf, proc or none
  --fail-on SEVERITY     from which severity on the exit code is 1: error, warning (default), info or never
  --allow-module-load    let the kernel load its sock_diag modules; without it /proc/net is read where they are not loaded
  -h, --help             this text
  --version              the version

Exit codes: 0 the node matches, 1 it drifts, 2 the command could not run, 3 no drift was seen but the answer is incomplete.
To see who holds each socket it needs root, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
`;

/**
 * Reads a command line (without node and script).
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseCommand(argv: readonly string[]): Command {
  const values = parseOptions(argv);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (values.once !== true) {
    throw new SockwatchError('ERR_USAGE', 'nothing to do: give --once for one snapshot', { hint: 'see --help' });
  }
  if (values.strict === true && values.notes !== undefined) {
    throw new SockwatchError('ERR_USAGE', '--strict leaves all notes out, so it cannot go with --notes');
  }
  return {
    kind: 'once',
    format: oneOf('format', values.format, ['json', 'table'], 'json'),
    output: pathOf('output', values.output),
    page: pathOf('spec', values.spec),
    notes: (values.notes ?? []).map((file) => pathOf('notes', file) ?? ''),
    strict: values.strict ?? false,
    role: oneOf('role', values.role, ['auto', 'control-plane', 'worker'], 'auto'),
    netns: pathOf('netns', values.netns),
    owners: oneOf('owners', values.owners, ['auto', 'bpf', 'proc', 'none'], 'auto'),
    failOn: oneOf('fail-on', values['fail-on'], ['error', 'warning', 'info', 'never'], 'warning'),
    allowModuleLoad: values['allow-module-load'] ?? false,
  };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node's message goes on to explain `--` and `=`, of which there is no use here.
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new SockwatchError('ERR_USAGE', printable(first), { hint: 'see --help', cause: error });
  }
}

function oneOf<Value extends string>(
  option: string,
  value: string | undefined,
  values: readonly Value[],
  fallback: Value,
): Value {
  if (value === undefined) return fallback;
  const found = values.find((one) => one === value);
  if (found !== undefined) return found;
  throw new SockwatchError('ERR_USAGE', `--${option} is one of ${values.join(', ')}, not ${JSON.stringify(value)}`);
}

function pathOf(option: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (value !== '' && !value.includes('\0')) return value;
  throw new SockwatchError('ERR_USAGE', `--${option} needs a path`);
}
