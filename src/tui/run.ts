import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { SockwatchError } from '../base/errors.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { SpecOptions } from '../spec/load.js';
import type { WatchOptions } from '../watch/watcher.js';
import type { Action, UpdateSource } from './app.js';

/** What the screen shows: this node, watched, or a snapshot out of a file. */
export interface RunOptions extends Omit<WatchOptions, 'spec'> {
  readonly spec: SpecOptions;
  /** Path of a snapshot to show instead of this node; null: this node. */
  readonly replay: string | null;
}

/**
 * The live screen, or a recording in it, until somebody leaves.
 * @throws SockwatchError ERR_USAGE without a terminal; what `snapshot` and `readSnapshot` throw
 */
export async function runUi(command: RunOptions, actions: readonly Action[] = []): Promise<void> {
  const { stdin, stdout, env } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  if (!isTerminal || env['TERM'] === 'dumb') {
    const lack = isTerminal ? 'one that can do more than TERM=dumb says' : 'which this is not';
    const instead = 'give --once for one snapshot, or --follow for changes';
    throw new SockwatchError('ERR_USAGE', `the screen needs a terminal, ${lack}`, {
      hint: command.replay === null ? instead : 'k8s-sockwatch check FILE --format table judges it without one',
    });
  }
  keepMemorySmall();
  const { runApp } = await import('./app.js');
  const updates = command.replay === null ? await live(command) : await recording(command.replay);
  const source =
    command.replay === null ? { kind: 'live' as const } : { kind: 'recording' as const, file: command.replay };
  let [end, fail]: [() => void, (error: unknown) => void] = [() => {}, () => {}];
  const ending = new Promise<void>((resolve, reject) => {
    [end, fail] = [resolve, reject];
  });
  let isLost = false;
  const onLost = (): void => {
    isLost = true;
    end();
  };
  process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', onLost);
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  try {
    const write = writeSnapshot;
    await runApp({ source, updates, actions, input: stdin, output: stdout, env, onLost, write }, ending);
  } finally {
    process.off('SIGTERM', end).off('SIGINT', end).off('SIGHUP', onLost);
    process.off('uncaughtException', fail).off('unhandledRejection', fail);
  }
  // Without its terminal, Node would abort where it gives that back its modes (ResetStdio(), src/node.cc).
  if (isLost) process.kill(process.pid, 'SIGHUP');
}

/**
 * A screen that is open for days collects its garbage sooner than a program that is over in a second: by default, V8 lets the
 * heap grow to some times of what is alive in it, and the space for what is new to 16 MB and as much again.
 */
function keepMemorySmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Writes a snapshot beside where the program was started, under a name of its own, and says so. */
async function writeSnapshot(document: SnapshotDocument): Promise<string> {
  const [{ toJson }, { writeNew }] = await Promise.all([
    import('../report/json.js'),
    import('../report/write_output.js'),
  ]);
  const host = document.node.hostname.replace(/[^A-Za-z0-9.-]/g, '_');
  const path = resolve(`k8s-sockwatch-${host}-${document.capturedAt.replace(/[-:]|\.\d+/g, '')}.json`);
  await writeNew(path, toJson(document));
  return `written to ${path}`;
}

async function live(command: RunOptions): Promise<UpdateSource> {
  const [{ loadSpec }, { Watcher }] = await Promise.all([import('../spec/load.js'), import('../watch/watcher.js')]);
  return new Watcher({ ...command, spec: await loadSpec(command.spec) });
}

/** A snapshot out of a file, as the only update there will be. */
async function recording(file: string): Promise<UpdateSource> {
  const { readSnapshotFile } = await import('../snapshot/file.js');
  const document = await readSnapshotFile(file);
  return {
    async *updates() {
      yield { kind: 'look', document };
    },
    readAgain: () => {},
    close: () => {},
  };
}
