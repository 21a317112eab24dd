import type { ParseArgsConfig } from 'node:util';
import { parseQuestion, QUESTION_FORMS, type Question } from '../snapshot/who/question.js';
import { NODE_OPTIONS, type NodeOptions, nodeOptions } from './node_options.js';
import { oneOf, parseOptions, SHARED_OPTIONS, usageError } from './parse_options.js';

/** The command line of `who`. */
export type WhoCommand =
  | { readonly kind: 'help' }
  | (NodeOptions & {
      readonly kind: 'who';
      readonly questions: readonly Question[];
      readonly format: 'table' | 'json';
      readonly allNetns: boolean;
    });

const { output: _, redact: _1, 'redact-key': _2, 'fail-on': _3, ...SHARED } = SHARED_OPTIONS;

const OPTIONS = {
  ...SHARED,
  ...NODE_OPTIONS,
  'all-netns': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

export const WHO_HELP = `Usage: k8s-sockwatch who WHAT... [options]

Answers "address already in use": by whom? WHAT is a port (10250; 8472/udp), an address with a port (192.0.2.10:2379,
[::1]:9890), the path of a unix socket, or the name of an abstract one (@name). A port alone is TCP, on any address.

  --format FORMAT        table (default: for people) or json
  --spec FILE            what the page says is read from this one (Markdown) instead of the built-in one
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               the page alone, without any notes
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           look into this network namespace, for example /proc/1234/ns/net
  --all-netns            look into all other network namespaces as well
  --host-root DIR        where the file system of the node is seen (in a container: /host); sockets are not affected
  --owners METHOD        how to find the owners of sockets: auto (default), bpf, proc or none
  --allow-module-load    let the kernel load missing *_diag modules instead of falling back to /proc/net
  -h, --help             print this help

What is in use: a listener, a socket that is bound without listening, the local end of a connection, a closed connection in
TIME_WAIT, a device of the kernel, and a socket file that no process has.

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
  return {
    ...nodeOptions(values),
    kind: 'who',
    questions: positionals.map(parseQuestion),
    format: oneOf('format', values.format, ['table', 'json'], 'table'),
    allNetns: values['all-netns'] ?? false,
  };
}
