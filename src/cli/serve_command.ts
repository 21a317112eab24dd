import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as setTimeoutPromise } from 'node:timers/promises';
import { errnoMessage, messageOf, SockwatchError } from '../base/errors.js';
import { keepHeapSmall } from '../base/heap.js';
import { version } from '../base/version.js';
import { endProcess } from '../kernel/addon.js';
import { openNetns } from '../kernel/netns.js';
import { writeStdout } from '../report/write_stdout.js';
import { type SnapshotOptions, validateOptions } from '../snapshot/options.js';
import { takeSnapshot } from '../snapshot/snapshot.js';
import { loadSpec } from '../spec/load.js';
import { nodeSources } from '../watch/sources.js';
import { Watcher } from '../watch/watcher.js';
import { answerFrom } from './serve/answer.js';
import { createHardenedServer } from './serve/connections.js';
import { NodeState } from './serve/node_state.js';
import { readToken } from './serve/token.js';
import { type ListenAddress, parseServe, SERVE_HELP } from './serve_options.js';

/** Time for answers that are being sent when a signal arrives. */
const LAST_ANSWERS_MS = 1_000;

/**
 * Runs `serve` until a signal arrives.
 * @throws SockwatchError ERR_USAGE, ERR_INPUT, ERR_KERNEL where the address cannot be had; what `snapshot` throws
 */
export async function runServe(argv: readonly string[]): Promise<number> {
  const command = parseServe(argv);
  if (command.kind === 'help') {
    await writeStdout(SERVE_HELP);
    return 0;
  }
  let stop: () => unknown = () => endProcess(0);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop());
  prepareProcess();
  const { listen: address, tokenFile, spec: specOptions, intervalMs, probe, ...rest } = command;
  const spec = await loadSpec(specOptions);
  // What is wrong already is said before anything listens.
  if (tokenFile !== null) await readToken(tokenFile);
  openNetns(command.netns)?.close();
  const state = new NodeState(version());
  const server = createHardenedServer(answerFrom(state, tokenFile));
  const { kind: _, ...options } = { ...rest, spec, intervalMs };
  const sources = nodeSources(validateOptions({ ...options, probe: probe ?? false }));
  const watcher = new Watcher(options, { ...sources, capture: state.timed(sources.capture) });
  stop = () => end(server, watcher);
  await listen(server, address);
  process.stderr.write(`k8s-sockwatch: serving on ${urlOf(server.address() as AddressInfo)}\n`);
  if (probe !== null) void askHourly(state, { ...options, probe });
  try {
    for await (const update of watcher.updates()) state.add(update);
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw error;
  }
  // A signal has ended it, and `end` exits when the last answer has been sent.
  return new Promise<never>(() => {});
}

const HOUR_MS = 60 * 60 * 1000;

/** Probes after the first capture and then every hour. What could not be probed again is not known any more. */
async function askHourly(state: NodeState, options: SnapshotOptions): Promise<void> {
  await state.first;
  for (;;) {
    state.setClaims(await takeSnapshot(options).catch(() => null));
    await setTimeoutPromise(HOUR_MS, null, { ref: false });
  }
}

function prepareProcess(): void {
  keepHeapSmall();
  // The name by which a note explains the listener, where neither a unit nor a pod does.
  process.title = 'k8s-sockwatch';
  // Takes effect only before libuv starts its first thread. Reads that hang must leave some for others.
  process.env['UV_THREADPOOL_SIZE'] ??= '12';
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    const why = errnoMessage(error) ?? messageOf(error);
    throw new SockwatchError('ERR_KERNEL', `cannot listen on ${host}, port ${port}: ${why}`, {
      hint: 'choose another address with --listen',
      cause: error,
    });
  }
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Answers what is being answered, then exits even if a thread hangs in the kernel. */
async function end(server: Server, watcher: Watcher): Promise<never> {
  watcher.close();
  setTimeout(() => endProcess(0), LAST_ANSWERS_MS);
  server.close();
  server.closeIdleConnections();
  await once(server, 'close');
  return endProcess(0);
}
