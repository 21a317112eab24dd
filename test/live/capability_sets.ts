import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Method } from '../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { snapshotIn } from './cli.js';

interface Feature {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly works: (cli: string, capabilities: readonly string[]) => Promise<boolean>;
}

/** The table in docs/privileges.md: the smallest set for each feature, where kernel events are obtained by `method`. */
export function features(method: Method): readonly Feature[] {
  return [
    {
      name: 'owners by eBPF',
      capabilities: ['bpf', 'perfmon'],
      works: (cli, given) => seesHolder(cli, given, 'bpf', ({ pid }) => pid > 0),
    },
    {
      name: 'their programs',
      capabilities: ['bpf', 'perfmon', 'sys_ptrace'],
      works: (cli, given) => seesHolder(cli, given, 'bpf', ({ exe }) => exe !== null),
    },
    {
      name: 'owners by /proc',
      capabilities: ['sys_ptrace', 'dac_read_search'],
      works: (cli, given) => seesHolder(cli, given, 'proc', ({ exe }) => exe !== null),
    },
    { name: '--netns', capabilities: ['sys_admin', 'sys_ptrace'], works: entersNetns },
    ...(method === 'fexit' ? [BY_FEXIT] : BY_TRACEPOINTS),
  ];
}

const BY_FEXIT: Feature = {
  name: '--follow by fexit',
  capabilities: ['bpf', 'perfmon'],
  works: (cli, given) => follows(cli, given, false),
};

const BY_TRACEPOINTS: readonly Feature[] = [
  {
    name: '--follow by tracepoints, tracefs mounted',
    capabilities: ['bpf', 'perfmon', 'dac_read_search'],
    works: (cli, given) => follows(cli, given, true),
  },
  {
    name: '--follow by tracepoints, tracefs not mounted',
    capabilities: ['sys_admin', 'dac_read_search'],
    works: (cli, given) => follows(cli, given, false),
  },
];

const LISTEN =
  'import socket, sys; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); print(s.getsockname()[1], flush=True); sys.stdin.read()';

/** A command run as nobody, with these capabilities and no others. */
function asNobody(capabilities: readonly string[], cli: string, ...argv: string[]): string[] {
  const set = capabilities.map((one) => `+${one}`).join(',');
  const grant = capabilities.length === 0 ? [] : ['--inh-caps', set, '--ambient-caps', set];
  const user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', ...grant];
  return [...user, 'env', '-i', `PATH=${process.env['PATH'] ?? ''}`, process.execPath, cli, ...argv];
}

function snapshotOf(command: readonly string[]): SnapshotDocument | null {
  const [program = '', ...argv] = command;
  const { status, stdout } = spawnSync(program, argv, { encoding: 'utf8' });
  return status === 2 || status === null ? null : snapshotIn(stdout);
}

async function seesHolder(
  cli: string,
  capabilities: readonly string[],
  way: string,
  condition: (owner: { pid: number; exe: string | null }) => boolean,
): Promise<boolean> {
  const holder = spawn('python3', ['-c', LISTEN], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const document = snapshotOf(asNobody(capabilities, cli, '--once', '--owners', way));
  holder.stdin.end();
  const owners = document?.sockets.find(({ port }) => port === Number(line.toString()))?.owners ?? [];
  return owners.some((owner) => owner.kind === 'process' && condition(owner));
}

async function entersNetns(cli: string, capabilities: readonly string[]): Promise<boolean> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const document = snapshotOf(asNobody(capabilities, cli, '--once', '--netns', `/proc/${child.pid}/ns/net`));
  child.stdin.end();
  return document !== null;
}

async function follows(cli: string, capabilities: readonly string[], mounted: boolean): Promise<boolean> {
  // In a mount namespace of its own, so that the machine's tracefs stays as it is.
  const prepare = mounted
    ? 'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing'
    : 'umount -q -R /sys/kernel/tracing /sys/kernel/debug || true';
  const command = asNobody(capabilities, cli, '--follow');
  const child = spawn('unshare', ['--mount', 'sh', '-c', `${prepare}; exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGTERM');
  await once(child, 'exit');
  return line.toString().includes('"mode":"ebpf"');
}
