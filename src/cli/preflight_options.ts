import type { ParseArgsConfig } from 'node:util';
import type { FailOn } from '../snapshot/document/document.js';
import { NODE_OPTIONS, type NodeOptions, nodeOptions } from './node_options.js';
import { FAIL_ON, millisecondsOf, oneOf, parseOptions, pathOf, redactOption, SHARED_OPTIONS } from './parse_options.js';
import type { RedactOption } from './redact_option.js';

/** The command line of `preflight`. */
export type PreflightCommand =
  | { readonly kind: 'help' }
  | (NodeOptions & {
      readonly kind: 'preflight';
      readonly format: 'table' | 'json' | 'line';
      readonly failOn: FailOn;
      readonly join: boolean;
      /** null: none. */
      readonly config: string | null;
      /** null: standard output. */
      readonly output: string | null;
      /** null: no deadline. */
      readonly deadlineMs: number | null;
      /** null: not redacted. */
      readonly redact: RedactOption | null;
    });

const OPTIONS = {
  ...SHARED_OPTIONS,
  ...NODE_OPTIONS,
  deadline: { type: 'string' },
  join: { type: 'boolean' },
  config: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const PREFLIGHT_HELP = `Usage: k8s-sockwatch preflight [options]

Says whether Canonical Kubernetes will start on this machine: for each address that it needs, whether it is free, and if not, who has
it, since when, and how to clear it. It changes nothing itself.

  --role ROLE            auto (default: the role of this node, or control-plane), control-plane or worker
  --join                 the node is going to join a cluster (k8s join-cluster) instead of making one (k8s bootstrap)
  --config FILE          the configuration for bootstrap or join-cluster (YAML), which moves addresses
  --format FORMAT        table (default: for people), json or line (everything in one line of at most 80 characters)
  --output FILE          write to FILE atomically, with mode 0600
  --fail-on SEVERITY     exit 1 for what is in the way at or above SEVERITY: error, warning (default), info or never
  --spec FILE            what the page says is read from this one (Markdown) instead of the built-in one
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               the page alone, without any notes
  --netns PATH           look into this network namespace, for example /proc/1234/ns/net
  --host-root DIR        where the file system of the node is seen (in a container: /host)
  --owners METHOD        how to find the owners of sockets: auto (default), bpf, proc or none
  --deadline SECONDS     stop after SECONDS with partial results
  --redact               replace identifying names, addresses and IDs with pseudonyms
  --redact-key FILE      derive the pseudonyms from the key in FILE (at least 16 bytes), so that they match across files
  --allow-module-load    let the kernel load missing *_diag modules instead of falling back to /proc/net
  -h, --help             print this help

What is looked at: TCP and UDP ports of the page, of MetalLB where it is turned on, and those that only bootstrap checks; VXLAN devices;
the directory and socket of containerd; other Kubernetes installations, Docker and etcd; what an earlier installation left; the
default route; the range of ephemeral ports.

Exit codes: 0 nothing is in the way, 1 something is, 2 the command could not run, 3 nothing was seen, but not everything could be.
`;

/**
 * Parses the command line after `preflight`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parsePreflight(argv: readonly string[]): PreflightCommand {
  const { values } = parseOptions(argv, OPTIONS, false);
  if (values.help === true) return { kind: 'help' };
  return {
    ...nodeOptions(values),
    kind: 'preflight',
    format: oneOf('format', values.format, ['table', 'json', 'line'], 'table'),
    failOn: oneOf('fail-on', values['fail-on'], FAIL_ON, 'warning'),
    join: values.join ?? false,
    config: pathOf('config', values.config),
    output: pathOf('output', values.output),
    deadlineMs: values.deadline === undefined ? null : millisecondsOf('deadline', values.deadline),
    redact: redactOption(values),
  };
}
