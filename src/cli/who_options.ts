import type { ParseArgsConfig } from 'node:util';
import { parseQuestion, QUESTION_FORMS } from '../snapshot/who/question.js';
import { NODE_OPTIONS, type NodeOptions, nodeOptions } from './node_options.js';
import {
  millisecondsOf,
  oneOf,
  parseOptions,
  pathOf,
  redactOption,
  SHARED_OPTIONS,
  usageError,
} from './parse_options.js';
import type { RedactOption } from './redact_option.js';

/** The command line of `who`. */
export type WhoCommand =
  | { readonly kind: 'help' }
  | (NodeOptions & {
      readonly kind: 'who';
      readonly what: readonly string[];
      readonly format: 'table' | 'json';
      /** null: standard output. */
      readonly output: string | null;
      readonly allNetns: boolean;
      /** null: no deadline. */
      readonly deadlineMs: number | null;
      /** null: not redacted. */
      readonly redact: RedactOption | null;
    });

const { 'fail-on': _, ...SHARED } = SHARED_OPTIONS;

const OPTIONS = {
  ...SHARED,
  ...NODE_OPTIONS,
  'all-netns': { type: 'boolean' },
  deadline: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const WHO_HELP = `Usage: k8s-sockwatch who WHAT... [options]

Answers "address already in use": by whom? WHAT is a port (10250; 8472/udp), an address with a port (192.0.2.10:2379,
[::1]:9890), the path of a unix socket, or the name of an abstract one (@name). A port alone is TCP, on any address.

  --format FORMAT        table (default: for people) or json
  --output FILE          write to FILE atomically, with mode 0600
  --spec FILE            the page (Markdown) instead of the built-in one of the node's release;
                         builtin:1.32 to builtin:1.36 are the built-in ones
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               the page alone, without any notes
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           look into this network namespace, for example /proc/1234/ns/net
  --all-netns            look into all other network namespaces as well
  --host-root DIR        where the file system of the node is seen (in a container: /host)
  --owners METHOD        how to find the owners of sockets: auto (default), bpf, proc or none
  --deadline SECONDS     stop after SECONDS with partial results
  --redact               replace identifying names, addresses and IDs with pseudonyms
  --redact-key FILE      derive the pseudonyms from the key in FILE (at least 16 bytes), so that they match across files
  --allow-module-load    let the kernel load missing *_diag modules instead of falling back to /proc/net
  -h, --help             print this help

An address is in use by a listener, a socket that is bound without listening, the local end of a connection, a closed connection in
TIME_WAIT, a device of the kernel, or a socket file that no process has. Connections are listed where nothing else has the address.

Exit codes: 0 all are in use, 1 one of them is not, 2 the command could not run, 3 not everything could be seen.
`;

/**
 * Parses the command line after `who`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseWho(argv: readonly string[]): WhoCommand {
  const { values, positionals } = parseOptions(argv, OPTIONS, true);
  if (values.help === true) return { kind: 'help' };
  if (positionals.length === 0) throw usageError('who needs an address', `ask for ${QUESTION_FORMS}`);
  for (const what of positionals) parseQuestion(what);
  return {
    ...nodeOptions(values),
    kind: 'who',
    what: positionals,
    format: oneOf('format', values.format, ['table', 'json'], 'table'),
    output: pathOf('output', values.output),
    allNetns: values['all-netns'] ?? false,
    deadlineMs: values.deadline === undefined ? null : millisecondsOf('deadline', values.deadline),
    redact: redactOption(values),
  };
}
