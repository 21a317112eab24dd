import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Change, Opened } from '../../src/snapshot/document/change.js';
import { type Lab, startLab } from '../lab/lab.js';
import { validator } from '../package_schema.js';
import { CLI } from './cli.js';
import { FollowStream } from './follow_stream.js';
import { programsOf, unloaded } from './loaded_programs.js';

const OPENER = fileURLToPath(new URL('../../../test/live/opener.py', import.meta.url));

t.setTimeout(300_000);

/** An option of nsenter: paths of cgroups are then those of the lab's node. */
function cgroupsOf(lab: Lab): string {
  return `--cgroup=${lab.netns.replace(/net$/, 'cgroup')}`;
}

t.test('the schema rejects invalid lines', (t) => {
  const invalid = validator('watch/changes/change.schema.json');
  const at = '2026-01-31T12:00:00.000Z';
  t.strictSame(invalid({ event: 'lost', at, count: 3 }), []);
  t.match(invalid({ event: 'lost', at, count: -1 }), [/^\/count /]);
  t.match(invalid({ event: 'lost', at: 'now', count: 3 }), [/^\/at /]);
  t.match(invalid({ event: 'found', at }), [/^\/event /]);
  t.match(invalid({ event: 'opened', at, seenBy: 'kernel', socket: { id: 'x' } }), [/^\/socket must have/]);
  t.match(invalid({ event: 'verdict', at, before: null }), [/must have required property 'after'/]);
  t.end();
});

/** `tcp 40123` or `unix name`, as opener.py prints it. */
function placeOf({ socket }: Opened): string {
  return `${socket.protocol} ${socket.port ?? socket.abstract}`;
}

async function runOpener(count: number): Promise<{ pid: number; places: string[] }> {
  const child = spawn('python3', [OPENER, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await once(child, 'close');
  return { pid: child.pid ?? 0, places: text.trim().split('\n') };
}

t.test('programs load while signals come faster than that takes', async (t) => {
  // V8's profiler interrupts the thread that it samples.
  const profiled = ['--cpu-prof', '--cpu-prof-interval=1000', `--cpu-prof-dir=${t.testdir()}`];
  const child = spawn(process.execPath, [...profiled, CLI, '--follow'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  t.match(JSON.parse(line), { event: 'started', mode: 'ebpf', misses: null });
});

t.test('every opening is reported, with its owner', { timeout: 240_000 }, async (t) => {
  const stream = new FollowStream();
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();
  t.match(stream.changes[0], { event: 'started', mode: 'ebpf', misses: null });
  const churn = Array.from({ length: 20 }, () => spawn('python3', [OPENER, 'churn'], { stdio: 'ignore' }));
  t.teardown(() => {
    for (const child of churn) child.kill('SIGKILL');
  });
  const openers = await Promise.all(Array.from({ length: 4 }, () => runOpener(250)));
  const wanted = openers.flatMap(({ pid, places }) => places.map((place) => `${pid} ${place}`));
  t.equal(wanted.length, 1000);

  const seen = (): Set<string> =>
    new Set(
      stream.changes
        .filter((change) => change.event === 'opened')
        .flatMap((change) =>
          change.socket.owners.map((owner) => (owner.kind === 'process' ? `${owner.pid} ${placeOf(change)}` : '')),
        ),
    );
  const allSeen = (): boolean => {
    const places = seen();
    return wanted.every((place) => places.has(place));
  };
  // Twenty-four processes share the processors with the program, which may be that far behind them.
  await stream.until(allSeen, '1,000 openings', 60_000).catch(() => {});
  const missing = wanted.filter((place) => !seen().has(place));
  t.strictSame(missing, [], `${1000 - missing.length} of 1,000 are in the stream, with pid, protocol and place`);
  t.notOk(
    stream.changes.some(({ event }) => event === 'lost'),
    'no event was lost',
  );
  for (const child of churn) child.kill('SIGKILL');

  // Every socket that closed is told as well, each once.
  const ids = (event: 'opened' | 'closed'): string[] =>
    stream.changes.flatMap((change) =>
      change.event === event &&
      openers.some(({ pid }) => change.socket.owners.some((owner) => 'pid' in owner && owner.pid === pid))
        ? [`${change.socket.protocol}:${change.socket.inode}`]
        : [],
    );
  await stream.until(() => ids('closed').length >= 1000, '1,000 closings', 60_000).catch(() => {});
  t.strictSame(ids('closed').sort(), ids('opened').sort(), 'what opened has closed, and nothing twice');
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
});

t.test('faults of a node are reported as they happen', { timeout: 120_000 }, async (t) => {
  const lab = await startLab({ role: 'control-plane', family: 'dual' });
  t.teardown(() => lab.stop());
  const stream = new FollowStream(['--netns', lab.netns], ['nsenter', cgroupsOf(lab)]);
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();

  const verdictOf = (port: number, verdict: string) => (changes: readonly Change[]) =>
    changes.some(
      (change) =>
        change.event === 'verdict' && change.after?.expected?.port === port && change.after.verdict === verdict,
    );
  await lab.apply('healthz-on-wildcard');
  await stream.until(verdictOf(10248, 'exposed'), 'exposed');
  await lab.clear('healthz-on-wildcard');
  await stream.until(verdictOf(10248, 'ok'), 'ok again');
  const restarted = stream.changes.filter((change) => change.event === 'restarted');
  t.ok(
    restarted.some(({ place, after }) => place.endsWith(':10250') && after.owners.some((owner) => 'comm' in owner)),
    'kubelet came back with another pid',
    { restarted: restarted.map(({ place }) => place) },
  );

  await lab.apply('fan-device-on-8472');
  await stream.until(verdictOf(8472, 'wrong-owner'), 'the fan device');
  t.ok(
    stream.changes.some(({ event }) => event === 'network'),
    'links changed',
  );
  await lab.clear('fan-device-on-8472');
  await stream.until(verdictOf(8472, 'ok'), 'Cilium has its port back');
  await lab.apply('no-default-route');
  await stream.until(verdictOf(6400, 'unverified'), 'no default route');
  await lab.clear('no-default-route');

  const bind = `import socket; s = socket.socket(socket.AF_INET6); s.bind(("::", 10250))`;
  await lab.exec(['python3', '-c', bind]);
  await stream.until((changes) => changes.some(({ event }) => event === 'bind-failed'), 'the failed bind');
  const failed = stream.changes.find((change) => change.event === 'bind-failed');
  t.match(failed, { code: 'EADDRINUSE', call: 'bind', protocol: 'tcp', process: { comm: 'python3' } });
  t.match(
    failed?.holders,
    [{ kind: 'listener', owners: [{ pid: lab.processes.get('kubelet') }] }],
    'the holder is named',
  );

  const udp = `import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("0.0.0.0", 8472))`;
  await lab.exec(['python3', '-c', udp]);
  const byKernel = (change: Change): boolean =>
    change.event === 'bind-failed' && change.holders.some(({ kind }) => kind === 'kernel');
  await stream.until((changes) => changes.some(byKernel), 'a bind that the kernel stands in the way of');

  const bound = `
import socket
a = socket.socket(); a.bind(("127.0.0.1", 4455))
b = socket.socket()
try: b.bind(("127.0.0.1", 4455))
except OSError: pass
input()
`;
  const holder = spawn('nsenter', [`--net=${lab.netns}`, 'python3', '-c', bound], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const isBound = (change: Change): boolean =>
    change.event === 'bind-failed' && change.holders.some(({ kind }) => kind === 'bound');
  await stream.until((changes) => changes.some(isBound), 'an address that is bound and not listened on');
  holder.stdin.end('\n');

  // The address that a connection has at its own end is taken as well.
  const client = `
import os, socket
a = socket.create_connection(("127.0.0.1", 10248), source_address=("127.0.0.1", 45678))
b = socket.socket()
try: b.bind(("127.0.0.1", 45678))
except OSError: pass
input()
`;
  const connected = spawn('nsenter', [`--net=${lab.netns}`, 'python3', '-c', client], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  await stream.until(
    (changes) =>
      changes.some(
        (change) =>
          change.event === 'bind-failed' &&
          change.holders.some(
            ({ kind, owners }) =>
              kind === 'client' && owners.some((owner) => owner.kind === 'process' && owner.pid === connected.pid),
          ),
      ),
    'an address that a connection has',
  );
  connected.stdin.end('\n');
  t.equal(await stream.stop('SIGINT'), 0, 'SIGINT ends it');
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
});

t.test('a removed socket file, which is no event of a socket', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const node = `--target=${lab.processes.get('kubelet')}`;
  const stream = new FollowStream([], ['nsenter', node, '--mount', '--net', cgroupsOf(lab)]);
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();
  await lab.apply('deleted-containerd-socket');
  const containerd = (verdict: string) => (changes: readonly Change[]) =>
    changes.some(
      (change) =>
        change.event === 'verdict' &&
        change.after?.expected?.service === 'containerd' &&
        change.after.verdict === verdict,
    );
  await stream.until(containerd('missing'), 'a socket file that was removed');
  await lab.clear('deleted-containerd-socket');
  await stream.until(containerd('ok'), 'and made again');
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
});

t.test('nothing stays loaded, however it ends', { timeout: 60_000 }, async (t) => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const stream = new FollowStream();
    await stream.started();
    const programs = programsOf(stream.child.pid ?? 0);
    t.ok(programs.size >= 5, 'five programs or more while it runs');
    await stream.stop(signal);
    t.strictSame(stream.invalid(), [], 'every line fits its schema');
    t.ok(await unloaded(programs), `none after ${signal}`);
  }
  const piped = new FollowStream();
  await piped.started();
  piped.child.stdout?.destroy();
  await runOpener(3);
  await once(piped.child, 'exit');
  t.equal(piped.child.exitCode, 0, 'a reader that goes away ends it');
  t.equal(piped.stderr, '');
});

t.test('without eBPF it polls, and reports what it can miss', { timeout: 60_000 }, async (t) => {
  const lab = await startLab({ role: 'worker', family: 'ipv4' });
  t.teardown(() => lab.stop());
  const withoutBpf = ['capsh', '--drop=cap_bpf,cap_perfmon,cap_sys_admin', '--', '-c', 'exec "$0" "$@"'];
  const stream = new FollowStream(
    ['--interval', '0.2'],
    ['nsenter', `--net=${lab.netns}`, cgroupsOf(lab), ...withoutBpf],
  );
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();
  t.match(stream.changes[0], {
    event: 'started',
    mode: 'polling',
    misses: /200 ms.*CAP_PERFMON and CAP_BPF are needed/,
  });
  await lab.apply('unexpected-tcp');
  await stream.until(
    (changes) =>
      changes.some((change) => change.event === 'opened' && change.seenBy === 'table' && change.socket.port === 31337),
    'the backdoor',
  );
  await stream.until((changes) => changes.some((change) => change.event === 'verdict'), 'its verdict');
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
});

t.test('a signal ends it even if its reader has stopped reading', async (t) => {
  const program = spawn(process.execPath, [CLI, '--follow', '--owners', 'none'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => program.kill('SIGKILL'));
  const ended = once(program, 'exit');
  await once(program.stdout, 'data');
  program.stdout.pause();
  const written = (): number => Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${program.pid}/io`, 'utf8'))?.[1]);
  // Until there is no more room in the pipe.
  for (let before = -1; before !== written(); ) {
    before = written();
    for (let at = 0; at < 300; at++) {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    }
    await setTimeout(500);
  }
  program.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
});
