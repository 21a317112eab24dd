/**
 * `node dist/test/bench/follow.js`: measures `--follow` on this machine: latency of single events, CPU time when idle with many
 * sockets, CPU time and memory under churn. Needs root and asserts nothing. Options: `--sockets`, `--seconds` (idle), `--churn`
 * (seconds of churn), `--rate` (openings per second).
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FollowStream } from '../live/follow_stream.js';
import { compile, mustFind, ROOT } from '../native/toolchain.js';
import { startLoad } from './load.js';

const OPENINGS = 300;
/** Clock ticks per second, the unit of /proc/PID/stat (times(2)). */
const TICKS = 100;

/** CPU time of all threads in milliseconds: fields 14 and 15 of /proc/PID/stat, counted from the last `)`. */
function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

function residentMebibytes(pid: number): number {
  const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
  return (Number(pages) * 4096) / 2 ** 20;
}

/** Milliseconds from just before listen() to the arrival of the line, for one listener after the other. */
async function latencies(stream: FollowStream): Promise<number[]> {
  const took: number[] = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    const server = createServer();
    const start = performance.now();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await stream.until(
      (changes) => changes.slice(-20).some((change) => change.event === 'opened' && change.socket.port === port),
      `port ${port}`,
    );
    took.push(performance.now() - start);
    server.close();
    await once(server, 'close');
    await setTimeout(20);
  }
  return took.sort((a, b) => a - b);
}

async function measureUse(stream: FollowStream, seconds: number): Promise<number> {
  const pid = stream.child.pid ?? 0;
  const before = cpuMs(pid);
  await setTimeout(seconds * 1000);
  return (cpuMs(pid) - before) / (seconds * 10);
}

/** Opens many short-lived listeners per second, forever. */
const CHURN = `
import socket, sys, time
rate = float(sys.argv[1])
start, number = time.monotonic(), 0
while True:
    s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); s.close()
    number += 1
    time.sleep(max(0, start + number / rate - time.monotonic()))
`;

async function underChurn(stream: FollowStream, seconds: number, rate: number): Promise<void> {
  const churn = spawn('python3', ['-c', CHURN, String(rate)], { stdio: 'ignore' });
  try {
    const steps = 10;
    for (let step = 1; step <= steps; step++) {
      const before = stream.changes.length;
      const use = await measureUse(stream, seconds / steps);
      const opened = stream.changes.slice(before).filter(({ event }) => event === 'opened').length;
      // Do not keep the output in memory.
      stream.changes.splice(0, stream.changes.length);
      stream.arrivals.splice(0, stream.arrivals.length);
      const memory = residentMebibytes(stream.child.pid ?? 0).toFixed(0);
      const perSecond = (opened / (seconds / steps)).toFixed(0);
      console.log(
        `  ${step}/${steps}: ${memory} MiB, ${use.toFixed(1)} % of a core, ${perSecond} openings reported per second`,
      );
    }
  } finally {
    churn.kill('SIGKILL');
  }
}

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '30' },
    churn: { type: 'string', default: '60' },
    rate: { type: 'string', default: '500' },
  },
});
const directory = await mkdtemp(join(tmpdir(), 'sockwatch-bench-'));
const binary = join(directory, 'load');
await compile(await mustFind(['cc', 'gcc', 'clang-14']), ['-O2', join(ROOT, 'test/bench/load.c'), '-o', binary]);
const load = await startLoad(
  binary,
  { processes: 20, sockets: Number(values.sockets), listeners: 100, files: 0 },
  directory,
);
try {
  const crowded = new FollowStream(['--netns', load.netns]);
  await crowded.started();
  await setTimeout(2000);
  const use = await measureUse(crowded, Number(values.seconds));
  console.log(`idle, ${values.sockets} sockets: ${use.toFixed(2)} % of a core over ${values.seconds} s`);
  await crowded.stop();

  const stream = new FollowStream();
  await stream.started();
  await setTimeout(1000);
  const took = await latencies(stream);
  const at = (share: number): string =>
    (took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0).toFixed(1);
  console.log(`event to line, ${OPENINGS} openings: median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`);
  console.log(`under ${values.rate} openings per second for ${values.churn} s:`);
  await underChurn(stream, Number(values.churn), Number(values.rate));
  await stream.stop();
} finally {
  await load.end();
  await rm(directory, { recursive: true });
}
