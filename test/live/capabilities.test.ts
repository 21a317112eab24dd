import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { snapshotIn } from './cli.js';
import { installPackage, removePackage } from './installed.js';

/** README's table: the smallest set for each feature. Every one of them is necessary, and all together are enough. */
const FEATURES: readonly (readonly [
  feature: string,
  capabilities: readonly string[],
  works: (cli: string, capabilities: readonly string[]) => Promise<boolean>,
])[] = [
  ['holders by eBPF', ['bpf', 'perfmon'], (cli, given) => seesHolder(cli, given, 'bpf', ({ pid }) => pid > 0)],
  [
    'their programs',
    ['bpf', 'perfmon', 'sys_ptrace'],
    (cli, given) => seesHolder(cli, given, 'bpf', ({ exe }) => exe !== null),
  ],
  [
    'holders by /proc',
    ['sys_ptrace', 'dac_read_search'],
    (cli, given) => seesHolder(cli, given, 'proc', ({ exe }) => exe !== null),
  ],
  ['--netns', ['sys_admin', 'sys_ptrace'], entersNetns],
  [
    '--follow by eBPF, tracefs mounted',
    ['bpf', 'perfmon', 'dac_read_search'],
    (cli, given) => follows(cli, given, true),
  ],
  [
    '--follow by eBPF, tracefs not mounted',
    ['sys_admin', 'dac_read_search'],
    (cli, given) => follows(cli, given, false),
  ],
];

const uid = process.getuid?.();
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

t.setTimeout(300_000);

t.test(
  'the smallest set of capabilities for each feature',
  { skip: uid === 0 ? false : `handing out capabilities takes root, and we are user ${uid}` },
  async (t) => {
    const cli = await installPackage();
    t.teardown(() => removePackage(cli));
    for (const [feature, capabilities, works] of FEATURES) {
      t.ok(await works(cli, capabilities), `${feature}: ${capabilities.join(', ')} are enough`);
      for (const one of capabilities) {
        const others = capabilities.filter((other) => other !== one);
        t.notOk(await works(cli, others), `${feature}: not without ${one}`);
      }
    }
  },
);
