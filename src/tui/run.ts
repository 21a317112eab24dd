import { openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { messageOf, SockwatchError } from '../base/errors.js';
import { keepHeapSmall } from '../base/heap.js';
import { readMounts } from '../kernel/mounts.js';
import { readProcessOrigin } from '../kernel/owners/process_origin.js';
import { findHostFiles } from '../node/host_files.js';
import { readUserNames } from '../node/user_names.js';
import type { SpecOptions } from '../spec/load.js';
import type { WatchOptions } from '../watch/watcher.js';
import type { Action, UpdateSource } from './app.js';
import { PIPE, recordedUpdates } from './recorded_updates.js';
import { saveSnapshot } from './save_snapshot.js';
import { type StartOptions, startOf } from './start.js';
import type { Source } from './state.js';

export interface RunOptions extends Omit<WatchOptions, 'spec'> {
  readonly spec: SpecOptions;
  /** Path of a snapshot to show instead of this node, or `-`. */
  readonly replay: string | null;
  readonly start: StartOptions;
}

/**
 * Shows this node or a recording until the user quits.
 * @throws SockwatchError ERR_USAGE without a terminal; what `snapshot` and `readSnapshot` throw
 */
export async function runUi(command: RunOptions, actions: readonly Action[] = []): Promise<void> {
  const { stdout: output, env } = process;
  const { replay } = command;
  const start = startOf(command.start);
  if (!output.isTTY || env['TERM'] === 'dumb') throw noTerminal(replay);
  const input = replay === PIPE ? openKeyboard() : process.stdin;
  if (!input.isTTY) throw noTerminal(replay);
  keepHeapSmall();
  const { runApp } = await import('./app.js');
  const updates = replay === null ? await liveUpdates(command) : await recordedUpdates(replay);
  const source: Source = replay === null ? { kind: 'live' } : { kind: 'recording', file: replay };
  let [end, fail]: [() => void, (error: unknown) => void] = [() => {}, () => {}];
  const ending = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  let signal: NodeJS.Signals | null = null;
  const endBy = (one: NodeJS.Signals): void => {
    signal = one;
    end();
  };
  const onTerminalLost = (): void => endBy('SIGHUP');
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', endBy).on('SIGQUIT', endBy);
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  try {
    await runApp({ source, start, updates, actions, input, output, env, onTerminalLost, save: saveSnapshot }, ending);
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', endBy).off('SIGQUIT', endBy);
    process.off('uncaughtException', fail).off('unhandledRejection', fail);
    // A terminal that was opened for its keys would keep the process alive.
    if (input !== process.stdin) input.destroy();
  }
  // At exit, Node aborts if it cannot reset the mode of a terminal that is gone (ResetStdio(), src/node.cc).
  if (signal !== null) process.kill(process.pid, signal);
}

/**
 * The terminal, where stdin is the snapshot.
 * @throws SockwatchError ERR_USAGE without one
 */
function openKeyboard(): ReadStream {
  if (process.stdin.isTTY) {
    throw new SockwatchError('ERR_USAGE', '--replay - reads a snapshot from a pipe, and stdin is a terminal', {
      hint: 'ssh NODE sudo k8s-sockwatch --once | k8s-sockwatch --replay -',
    });
  }
  try {
    return new ReadStream(openSync('/dev/tty', 'r+'));
  } catch (error) {
    const problem = `keys come from /dev/tty, since stdin is the snapshot, and it cannot be opened: ${messageOf(error)}`;
    throw new SockwatchError('ERR_USAGE', problem, {
      hint: 'write the snapshot to a file, and give its path to --replay',
      cause: error,
    });
  }
}

function noTerminal(replay: string | null): SockwatchError {
  const problem = process.env['TERM'] === 'dumb' ? 'TERM=dumb is not enough' : 'stdin and stdout are not one';
  const hint =
    replay === null
      ? 'use --once for one snapshot, or --follow for changes'
      : 'k8s-sockwatch check FILE --format table needs no terminal';
  return new SockwatchError('ERR_USAGE', `the screen needs a terminal, and ${problem}`, { hint });
}

async function liveUpdates(command: RunOptions): Promise<UpdateSource> {
  const [{ loadSpec }, { Watcher }] = await Promise.all([import('../spec/load.js'), import('../watch/watcher.js')]);
  const options = { ...command, spec: await loadSpec(command.spec) };
  const watcher = new Watcher(options);
  return {
    updates: () => watcher.updates(),
    readAgain: () => watcher.readAgain(),
    followCounters: (onCounters) => watcher.followCounters(onCounters),
    close: () => watcher.close(),
    describe: processReader(options.hostRoot ?? null),
    probe: async () => {
      const { takeSnapshot } = await import('../snapshot/snapshot.js');
      return takeSnapshot({ ...options, probe: true });
    },
  };
}

/** Names of users are read once, for the first process. */
function processReader(hostRoot: string | null): UpdateSource['describe'] {
  let names: Promise<ReadonlyMap<number, string>> | null = null;
  const readNames = async (): Promise<ReadonlyMap<number, string>> => {
    const { files } = await findHostFiles(hostRoot, await readMounts());
    return readUserNames(files);
  };
  return async ({ pid, startedAt, pod, container }) => {
    const origin = await readProcessOrigin(pid, startedAt);
    if (origin === null) return null;
    names ??= readNames().catch(() => new Map());
    const isContained = pod !== null || container !== null;
    return { ...origin, user: isContained ? null : ((await names).get(origin.uid) ?? null) };
  };
}
