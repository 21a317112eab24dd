import { type ParseArgsConfig, parseArgs } from 'node:util';
import { SockwatchError } from '../base/errors.js';
import { printable } from '../base/text.js';
import type { OwnersMode } from '../kernel/owners/owner_source.js';
import type { FailOn } from '../snapshot/document/document.js';
import type { SpecOptions } from '../spec/load.js';
import type { Role } from '../spec/rows.js';
import type { RedactOption } from './redact_option.js';

export type Format = 'json' | 'table' | 'line';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | (Looking & {
      readonly kind: 'once';
      readonly format: Format;
      /** null: standard output. */
      readonly output: string | null;
      readonly failOn: FailOn;
      readonly allNetns: boolean;
      /** null: as long as it takes. */
      readonly deadlineMs: number | null;
      /** null: as it is. */
      readonly redact: RedactOption | null;
    })
  | (Looking & {
      readonly kind: 'follow';
      readonly intervalMs: number;
    })
  | (Looking & {
      readonly kind: 'ui';
      readonly intervalMs: number;
      readonly allNetns: boolean;
      /** A snapshot to show instead of this node; null: this node. */
      readonly replay: string | null;
    });

/** What to look at, and what to compare it with. */
interface Looking {
  readonly spec: SpecOptions;
  readonly role: Role | 'auto';
  readonly netns: string | null;
  readonly owners: OwnersMode;
  readonly allowModuleLoad: boolean;
}

const OPTIONS = {
  once: { type: 'boolean' },
  follow: { type: 'boolean' },
  replay: { type: 'string' },
  interval: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
  spec: { type: 'string' },
  notes: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  role: { type: 'string' },
  netns: { type: 'string' },
  'all-netns': { type: 'boolean' },
  owners: { type: 'string' },
  'fail-on': { type: 'string' },
  'allow-module-load': { type: 'boolean' },
  deadline: { type: 'string' },
  redact: { type: 'boolean' },
  'redact-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

export const HELP = `Usage: k8s-sockwatch [options]

Compares the sockets of this Kubernetes node with the page that says what should listen on it.

Without --once and --follow it shows the node on this terminal, live; ? lists the keys.

  --once                 take one snapshot and print it
  --follow               print changes as they happen, one JSON object a line, until it is stopped
  --replay FILE          show the snapshot in FILE, as --once writes it, instead of this node
  --format HOW           json (default) for programs, table for people: one line a finding, worst first;
                         line: all in one line of at most 80 characters
  --output FILE          write to FILE, whole or not at all, readable by its owner only
  --spec FILE            compare with this page (Markdown) instead of the built-in one
  --notes FILE           apply these notes (YAML) as well; may be given several times
  --strict               the page alone, no notes at all
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           look into this network namespace, such as /proc/1234/ns/net
  --all-netns            list the sockets of all other network namespaces too; only this one is judged
  --owners HOW           how holders of sockets are found: auto (default), bpf, proc or none
  --fail-on SEVERITY     from which severity on the exit code is 1: error, warning (default), info or never
  --deadline SECONDS     end in time with what has been seen by then; what was cut is said in coverage
  --redact               put pseudonyms in the place of addresses, names, ids and paths that tell whose node it is
  --redact-key FILE      with the key in FILE (16 bytes or more), so that files made with it go together
  --interval SECONDS     without --once: how often the tables are read where the kernel does not tell (default 2)
  --allow-module-load    let the kernel load its sock_diag modules; without it /proc/net is read where they are not loaded
  -h, --help             this text
  --version              the version

k8s-sockwatch check FILE... judges snapshots and what diagnostics bundles hold; see k8s-sockwatch check --help.
k8s-sockwatch diff OLD NEW tells what changed between two snapshots; see k8s-sockwatch diff --help.

Exit codes: 0 the node matches, 1 it drifts (at or above --fail-on), 2 the command could not run, 3 no such drift was seen but
the answer is incomplete.
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
  if (values.once === true && values.follow === true) {
    throw new SockwatchError(
      'ERR_USAGE',
      '--once and --follow exclude each other: give --once for one snapshot, or --follow for changes',
      { hint: 'see --help' },
    );
  }
  const looking: Looking = {
    spec: specOptions(values),
    role: oneOf('role', values.role, ['auto', 'control-plane', 'worker'], 'auto'),
    netns: pathOf('netns', values.netns),
    owners: oneOf('owners', values.owners, ['auto', 'bpf', 'proc', 'none'], 'auto'),
    allowModuleLoad: values['allow-module-load'] ?? false,
  };
  if (values.once !== true && values.follow !== true) return uiCommand(values, looking);
  refuse(values, ['replay'], values.follow === true ? '--follow' : '--once');
  if (values.follow === true) {
    refuse(values, ['format', 'output', 'fail-on', 'all-netns', 'deadline', 'redact', 'redact-key'], '--follow');
    return { ...looking, kind: 'follow', intervalMs: secondsOf('interval', values.interval, 2) * 1000 };
  }
  refuse(values, ['interval'], '--once');
  const keyFile = pathOf('redact-key', values['redact-key']);
  if (keyFile !== null && values.redact !== true) {
    throw new SockwatchError('ERR_USAGE', '--redact-key says how to --redact, so it goes with that only');
  }
  return {
    ...looking,
    kind: 'once',
    format: oneOf('format', values.format, ['json', 'table', 'line'], 'json'),
    output: pathOf('output', values.output),
    allNetns: values['all-netns'] ?? false,
    deadlineMs: values.deadline === undefined ? null : secondsOf('deadline', values.deadline, 0) * 1000,
    failOn: oneOf('fail-on', values['fail-on'], ['error', 'warning', 'info', 'never'], 'warning'),
    redact: values.redact === true ? { keyFile } : null,
  };
}

/** A recording was looked at and judged when it was made, so that nothing is left to say about that. */
function uiCommand(values: ReturnType<typeof parseOptions>, looking: Looking): Command {
  refuse(values, ['format', 'output', 'fail-on', 'deadline', 'redact', 'redact-key'], 'the screen; give --once');
  const replay = pathOf('replay', values.replay);
  if (replay !== null) refuse(values, LOOKING_OPTIONS, '--replay');
  const intervalMs = secondsOf('interval', values.interval, 2) * 1000;
  return { ...looking, kind: 'ui', intervalMs, allNetns: values['all-netns'] ?? false, replay };
}

const LOOKING_OPTIONS = [
  'spec',
  'notes',
  'strict',
  'role',
  'netns',
  'all-netns',
  'owners',
  'interval',
  'allow-module-load',
] as const;

/** Options that mean nothing in a mode are refused there, so that nobody believes they had an effect. */
function refuse(
  values: ReturnType<typeof parseOptions>,
  options: readonly (keyof typeof values)[],
  mode: string,
): void {
  const given = options.find((option) => values[option] !== undefined);
  if (given !== undefined) throw new SockwatchError('ERR_USAGE', `--${given} does not go with ${mode}`);
}

/** Which page and notes the options --spec, --notes and --strict select. */
export function specOptions(values: {
  readonly spec?: string | undefined;
  readonly notes?: readonly string[] | undefined;
  readonly strict?: boolean | undefined;
}): SpecOptions {
  const { spec, notes = [], strict = false } = values;
  if (strict && notes.length > 0) {
    throw new SockwatchError('ERR_USAGE', '--strict cannot be used with --notes: it ignores all notes');
  }
  return { page: pathOf('spec', spec), notes: notes.map((file) => pathOf('notes', file) ?? ''), strict };
}

function parseOptions(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw usageError(error);
  }
}

/** What parseArgs has against a command line, on one line. */
export function usageError(cause: unknown): SockwatchError {
  // Node's message goes on to explain `--` and `=`, of which there is no use here.
  const [first = ''] = (cause instanceof Error ? cause.message : String(cause)).split(/\.\s/);
  return new SockwatchError('ERR_USAGE', printable(first), { hint: 'see --help', cause });
}

export function oneOf<Value extends string>(
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

export function pathOf(option: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  if (value !== '' && !value.includes('\0')) return value;
  throw new SockwatchError('ERR_USAGE', `--${option} needs a path`);
}

/** A number of seconds that a timer can wait. */
function secondsOf(option: string, value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const seconds = Number(value);
  if (value.trim() !== '' && seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new SockwatchError(
    'ERR_USAGE',
    `--${option} is a number of seconds from 0.1 to 86400, not ${JSON.stringify(value)}`,
  );
}
