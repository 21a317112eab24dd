/**
 * `node dist/test/bench/soak.js [SECONDS]` as root: watches a network namespace with `--follow` while 300 listeners open and 300 binds
 * fail in it each second, and other namespaces come and go. Twelve times it prints memory, descriptors, eBPF programs and processor
 * time, and checks them against the first twelfth. A listener that opens at any moment is reported within 2 s.
 */
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Change } from '../../src/snapshot/document/change.js';
import { Child } from '../lab/child.js';
import { CLI } from '../live/cli.js';

const LOAD = fileURLToPath(new URL('../../../test/bench/soak_load.py', import.meta.url));
const PARTS = 12;
const REPORT_MS = 2_000;
/** clock ticks a second, as Linux has them on every architecture that Node runs on. */
const TICKS = 100;

interface Sample {
  readonly rssMiB: number;
  readonly descriptors: number;
  readonly programs: number;
  readonly cpuSeconds: number;
}

function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const programs = readdirSync(`/proc/${pid}/fdinfo`).filter((fd) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8').includes('prog_id');
    } catch {
      return false;
    }
  });
  return {
    rssMiB: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    programs: programs.length,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
  };
}

/** Opens a listener on a port of its own from time to time, and gives how long each took to be reported. */
async function probe(netns: string, reported: ReadonlyMap<number, number>, until: number): Promise<number[]> {
  const delays: number[] = [];
  for (let port = 20_000; Date.now() < until; port = port === 29_999 ? 20_000 : port + 1) {
    const child = new Child('probe', ['nsenter', `--net=${netns}`, 'python3', '-c', PROBE, String(port)], '/dev/null');
    const opened = Number(await child.firstLine());
    await delay(REPORT_MS);
    delays.push((reported.get(port) ?? Number.POSITIVE_INFINITY) - opened);
    await child.kill();
  }
  return delays;
}

const PROBE = `
import socket, sys, time
listener = socket.socket()
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
print(int(time.time() * 1000), flush=True)
sys.stdin.read()
`;

async function soak(seconds: number): Promise<void> {
  const space = new Child(
    'namespace',
    ['unshare', '--net', 'sh', '-c', 'ip link set lo up; echo up; exec cat'],
    '/dev/null',
  );
  await space.firstLine();
  const netns = `/proc/${space.pid}/ns/net`;
  const follow = spawn(process.execPath, [CLI, '--follow', '--netns', netns], { stdio: ['ignore', 'pipe', 'inherit'] });
  const reported = new Map<number, number>();
  const counts = new Map<string, number>();
  const started = new Promise<void>((resolve) => {
    createInterface({ input: follow.stdout }).on('line', (line) => {
      const change = JSON.parse(line) as Change;
      counts.set(change.event, (counts.get(change.event) ?? 0) + 1);
      if (change.event === 'started') resolve();
      if (change.event === 'opened' && change.socket.port !== null) reported.set(change.socket.port, Date.now());
      if (change.event === 'lost') counts.set('dropped', (counts.get('dropped') ?? 0) + change.count);
    });
  });
  await started;
  const pid = follow.pid ?? 0;
  const load = spawn('nsenter', [`--net=${netns}`, 'python3', LOAD], { stdio: ['pipe', 'ignore', 'inherit'] });
  const churn = spawn('sh', ['-c', 'while :; do unshare --net true; sleep 0.2; done'], { stdio: 'ignore' });
  const faults: string[] = [];
  try {
    const probing = probe(netns, reported, Date.now() + seconds * 1000);
    const samples: Sample[] = [sample(pid)];
    for (let part = 1; part <= PARTS; part++) {
      await delay((seconds * 1000) / PARTS);
      const [now, before] = [sample(pid), samples.at(-1)];
      samples.push(now);
      const share = ((now.cpuSeconds - (before?.cpuSeconds ?? 0)) * PARTS) / seconds;
      console.log(
        `${part}/${PARTS}: ${now.rssMiB.toFixed(0)} MiB, ${now.descriptors} descriptors, ${now.programs} programs, ${(share * 100).toFixed(1)} % of a processor`,
      );
    }
    const delays = await probing;
    const [, first, last] = [samples[0], samples[1], samples.at(-1)];
    if (first === undefined || last === undefined) throw new Error('there are samples');
    if (last.rssMiB > first.rssMiB * 1.5) faults.push(`memory grew from ${first.rssMiB} to ${last.rssMiB} MiB`);
    // The look-up that is just running has some of its own.
    if (last.descriptors > first.descriptors + 4)
      faults.push(`descriptors: ${first.descriptors}, then ${last.descriptors}`);
    if (last.programs > first.programs + 2) faults.push(`programs: ${first.programs}, then ${last.programs}`);
    const late = delays.filter((ms) => ms > REPORT_MS).length;
    if (late > 0) faults.push(`${late} of ${delays.length} listeners were not reported within ${REPORT_MS} ms`);
    console.log(`${delays.length} listeners were reported after ${Math.max(...delays)} ms at most`);
    console.log(`changes: ${[...counts].map(([event, count]) => `${count} ${event}`).join(', ')}`);
    console.log(`${((last.cpuSeconds * 100) / seconds).toFixed(1)} % of a processor on average`);
  } finally {
    for (const child of [load, churn, follow]) child.kill();
    await space.kill();
  }
  for (const fault of faults) console.error(`FAILED: ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

if (process.getuid?.() !== 0) throw new Error('run it as root');
execFileSync('python3', ['--version'], { stdio: 'ignore' });
await soak(Number(process.argv[2] ?? 3600));
