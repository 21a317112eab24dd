import { isIP } from 'node:net';
import type { ParseArgsConfig } from 'node:util';
import type { FailOn } from '../snapshot/document/document.js';
import type { ProbeOptions } from '../snapshot/probe/probe.js';
import { NODE_OPTIONS, type NodeOptions, nodeOptions } from './node_options.js';
import {
  FAIL_ON,
  millisecondsOf,
  oneOf,
  PROBE_OPTIONS,
  parseOptions,
  pathOf,
  probeOption,
  SHARED_OPTIONS,
  usageError,
} from './parse_options.js';

/** Where to listen. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The command line of `serve`. */
export type ServeCommand =
  | { readonly kind: 'help' }
  | (NodeOptions & {
      readonly kind: 'serve';
      readonly listen: ListenAddress;
      /** null: /snapshot is not served. */
      readonly tokenFile: string | null;
      readonly intervalMs: number;
      readonly failOn: FailOn;
      /** null: nothing is probed. */
      readonly probe: ProbeOptions | null;
    });

const { format: _, output: _1, redact: _2, 'redact-key': _3, ...SHARED } = SHARED_OPTIONS;

const OPTIONS = {
  ...SHARED,
  ...NODE_OPTIONS,
  ...PROBE_OPTIONS,
  listen: { type: 'string' },
  'token-file': { type: 'string' },
  interval: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

export const SERVE_HELP = `Usage: k8s-sockwatch serve [options]

Watches this node and answers over HTTP until stopped: /metrics for Prometheus, /healthz for probes, /snapshot for the JSON
that --once prints. The answer is that of the last capture; the header Age says how many seconds old it is.

  --listen ADDRESS:PORT  where to listen (default 127.0.0.1:9477); :PORT is every address
  --token-file FILE      serve /snapshot to requests with the token in FILE (Authorization: Bearer TOKEN; at least
                         16 characters); without it /snapshot is refused
  --interval SECONDS     how often to read the tables where eBPF is not available (default 30)
  --spec FILE            compare with this page (Markdown) instead of the built-in one of the node's release;
                         builtin:1.32 to builtin:1.36 are the built-in ones
  --notes FILE           apply these notes (YAML) in addition to the built-in ones; repeatable
  --strict               compare with the page alone, without any notes
  --role ROLE            auto (default), control-plane or worker
  --netns PATH           read this network namespace, for example /proc/1234/ns/net
  --host-root DIR        where the file system of the node is seen (in a container: /host)
  --owners METHOD        how to find the owners of sockets: auto (default), bpf, proc or none
  --fail-on SEVERITY     from which severity on the result is drift: error, warning (default), info or never
  --probe[=WHAT]         also probe the listeners once an hour for what the page claims; WHAT is health, tls, auth
                         or several of them with commas between (default: all)
  --probe-skip SERVICE   do not probe SERVICE; repeatable
  --allow-module-load    let the kernel load missing *_diag modules instead of falling back to /proc/net
  -h, --help             print this help

It ends on SIGTERM, SIGINT or SIGHUP with exit code 0; 2: it could not start or go on.
`;

/**
 * Parses the command line after `serve`.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function parseServe(argv: readonly string[]): ServeCommand {
  const { values } = parseOptions(argv, OPTIONS, false);
  if (values.help === true) return { kind: 'help' };
  return {
    ...nodeOptions(values),
    kind: 'serve',
    listen: addressOf(values.listen ?? '127.0.0.1:9477'),
    tokenFile: pathOf('token-file', values['token-file']),
    intervalMs: millisecondsOf('interval', values.interval ?? '30'),
    probe: probeOption(values),
    failOn: oneOf('fail-on', values['fail-on'], FAIL_ON, 'warning'),
  };
}

/** An address without brackets, and a port. A name would have to be looked up, and may have several addresses. */
function addressOf(value: string): ListenAddress {
  const [, bracketed, plain = '', digits = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(value) ?? [];
  const host = bracketed ?? (plain === 'localhost' ? '127.0.0.1' : plain);
  const port = Number(digits);
  const isHost = bracketed === undefined ? host === '' || isIP(host) === 4 : isIP(host) === 6;
  if (digits !== '' && port <= 65_535 && isHost) return { host: host === '' ? '::' : host, port };
  const hint = 'for example 127.0.0.1:9477, [::1]:9477, or :9477 for every address';
  throw usageError(`--listen must be ADDRESS:PORT with an IP address, not ${JSON.stringify(value)}`, hint);
}
