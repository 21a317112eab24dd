import type { ParseArgsConfig } from 'node:util';
import type { SockwatchError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { printable } from '../base/text.js';
import type { FailOn } from '../snapshot/document/document.js';
import type { ProbeOptions } from '../snapshot/probe/probe.js';
import type { StartOptions } from '../tui/start.js';

import { NODE_OPTIONS, type NodeOptions, nodeOptions } from './node_options.js';
import {
  FAIL_ON,
  millisecondsOf,
  oneOf,
  PROBE_OPTIONS,
  parseOptions,
  pathOf,
  probeOption,
  redactOption,
  SHARED_OPTIONS,
  usageError,
} from './parse_options.js';
import type { RedactOption } from './redact_option.js';

export type Format = 'json' | 'table' | 'line' | 'prometheus';

/** A command line without a subcommand. */
export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | (NodeOptions & {
      readonly kind: 'once';
      readonly format: Format;
      /** null: standard output. */
      readonly output: string | null;
      readonly failOn: FailOn;
      readonly allNetns: boolean;
      /** null: nothing is probed. */
      readonly probe: ProbeOptions | null;
      /** null: no deadline. */
      readonly deadlineMs: number | null;
      /** null: not redacted. */
      readonly redact: RedactOption | null;
    })
  | (NodeOptions & {
      readonly kind: 'follow';
      readonly intervalMs: number;
    })
  | (NodeOptions & {
      readonly kind: 'ui';
      readonly intervalMs: number;
      readonly allNetns: boolean;
      /** A snapshot to show instead of this node; null: this node. */
      readonly replay: string | null;
      /** What is shown at first. */
      readonly start: StartOptions;
    });

const OPTIONS = {
  ...SHARED_OPTIONS,
  ...NODE_OPTIONS,
  ...PROBE_OPTIONS,
  once: { type: 'boolean' },
  follow: { type: 'boolean' },
  replay: { type: 'string' },
  view: { type: 'string' },
  sort: { type: 'string' },
  filter: { type: 'string' },
  interval: { type: 'string' },
  'all-netns': { type: 'boolean' },
  deadline: { type: 'string' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

export const HELP = `Usage: k8s-sockwatch [options]
       k8s-sockwatch check FILE... [options]
       k8s-sockwatch diff OLD NEW [options]
       k8s-sockwatch serve [options]
       k8s-sockwatch who WHAT... [options]
       k8s-sockwatch preflight [options]

Compares the sockets of this Kubernetes node with the page that says what should listen on it.

Without --once or --follow it opens a live terminal UI (TUI); press ? for its keys.

  --once                 print one snapshot and exit
  --follow               print changes as they happen, one JSON object per line, until stopped
  --replay FILE          open a snapshot (of --once, or of w in the TUI) instead of this node; - reads it from a pipe
  --format FORMAT        json (default), table (for people: one line per finding, worst first),
                         line (everything in one line of at most 80 characters)
                         or prometheus (for the textfile collector of node_exporter)
  --output FILE          write to FILE atomically, with mode 0600 (prometheus: 0644)
  --spec FILE            compare with this page (Markdown) instead of the built-in one of the node's release;
                         builtin:1.32 to builtin:1.36 are the built-in ones
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               compare with the page alone, without any notes
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           read this network namespace, for example /proc/1234/ns/net
  --all-netns            also list the sockets of all other network namespaces, without evaluating them
  --host-root DIR        where the file system of the node is seen (in a container: /host)
  --owners METHOD        how to find the owners of sockets: auto (default), bpf, proc or none
  --probe[=WHAT]         with --once: also probe the listeners for what the page claims; WHAT is health, tls, auth
                         or several of them with commas between (default: all)
  --probe-skip SERVICE   do not probe SERVICE; repeatable
  --fail-on SEVERITY     exit 1 for findings at or above SEVERITY: error, warning (default), info or never
  --deadline SECONDS     stop after SECONDS with partial results; coverage lists what is missing
  --redact               replace identifying names, addresses and IDs with pseudonyms
  --redact-key FILE      derive the pseudonyms from the key in FILE (at least 16 bytes), so that they match across files
  --view VIEW            open the TUI with page (default), listeners or events
  --sort COLUMN          sort that view by a column, such as service
  --filter TEXT          start with this filter: words, !word, a|b, port:10250, pid:, unit:, verdict:, severity:
  --interval SECONDS     without --once: how often to poll the tables where eBPF is not available (default 2)
  --allow-module-load    let the kernel load missing *_diag modules instead of falling back to /proc/net
  -h, --help             print this help
  --version              print the version

check evaluates snapshots and diagnostics bundles; see k8s-sockwatch check --help.
diff compares two snapshots; see k8s-sockwatch diff --help.
serve answers Prometheus over HTTP; see k8s-sockwatch serve --help.
who says which process has an address; see k8s-sockwatch who --help.
preflight says what blocks an installation; see k8s-sockwatch preflight --help.

Exit codes: 0 the node matches, 1 it drifts (findings at or above --fail-on), 2 the command could not run,
3 no such findings, but the result is incomplete.
Seeing the owners of all sockets requires root, or CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.
`;

/**
 * Parses a command line without a subcommand.
 * @param argv Without node and the script.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseCommand(argv: readonly string[]): Command {
  const [first] = argv;
  if (first !== undefined && !first.startsWith('-')) throw noSuchCommand(first);
  const values = parseValues(argv);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  if (values.once === true && values.follow === true) {
    throw usageError('--once and --follow cannot be used together', 'see --help');
  }
  const common = nodeOptions(values);
  const allNetns = values['all-netns'] ?? false;
  const intervalMs = millisecondsOf('interval', values.interval ?? '2');
  if (values.once === true) {
    rejectOptions(values, ['interval', ...UI_OPTIONS], '--once');
    return {
      ...common,
      kind: 'once',
      format: oneOf('format', values.format, ['json', 'table', 'line', 'prometheus'], 'json'),
      output: pathOf('output', values.output),
      allNetns,
      probe: probeOption(values),
      deadlineMs: values.deadline === undefined ? null : millisecondsOf('deadline', values.deadline),
      failOn: oneOf('fail-on', values['fail-on'], FAIL_ON, 'warning'),
      redact: redactOption(values),
    };
  }
  if (values.follow === true) {
    rejectOptions(values, [...ONCE_OPTIONS, ...UI_OPTIONS, 'all-netns'], '--follow');
    return { ...common, kind: 'follow', intervalMs };
  }
  rejectOptions(values, ONCE_OPTIONS, 'the TUI; use --once');
  const replay = pathOf('replay', values.replay);
  if (replay !== null) rejectOptions(values, LIVE_OPTIONS, '--replay');
  const start = { view: values.view, sort: values.sort, filter: values.filter };
  return { ...common, kind: 'ui', intervalMs, allNetns, replay, start };
}

const COMMANDS: readonly string[] = ['check', 'diff', 'serve', 'who', 'preflight'];

function noSuchCommand(name: string): SockwatchError {
  const meant = COMMANDS.includes(name) ? null : nearest(name, [...COMMANDS, 'help', 'version']);
  const forms: Readonly<Record<string, string>> = {
    help: '--help, or check --help',
    version: '--version',
  };
  const instead = meant === null ? '' : `did you mean ${forms[meant] ?? meant}? `;
  return usageError(
    `there is no command "${printable(name.slice(0, 60))}": the commands are ${COMMANDS.join(', ')}; without one, this node is shown`,
    `${instead}see --help`,
  );
}

function parseValues(argv: readonly string[]) {
  return parseOptions(argv, OPTIONS, false).values;
}

type Option = keyof typeof OPTIONS;

const UI_OPTIONS: readonly Option[] = ['replay', 'view', 'sort', 'filter'];

const ONCE_OPTIONS: readonly Option[] = [
  ...(['format', 'output', 'fail-on', 'deadline', 'redact', 'redact-key'] as const),
  ...(['probe', 'probe-skip'] as const),
];

/** They have no effect on a snapshot that was taken earlier. */
const LIVE_OPTIONS: readonly Option[] = [
  'spec',
  'notes',
  'strict',
  'role',
  'netns',
  'all-netns',
  'host-root',
  'owners',
  'interval',
  'allow-module-load',
];

/** Options without effect in a mode are errors there rather than ignored. */
function rejectOptions(values: ReturnType<typeof parseValues>, options: readonly Option[], mode: string): void {
  const given = options.find((option) => values[option] !== undefined);
  if (given !== undefined) throw usageError(`--${given} cannot be used with ${mode}`);
}
