import { assertKeys } from '../base/validate.js';
import type { Change } from '../snapshot/document/change.js';
import { assertOptions, SNAPSHOT_KEYS } from '../snapshot/options.js';
import { Watcher, type WatchOptions, type WatchUpdate } from './watcher.js';

/** Those of `snapshot`, and how often to read without kernel events. */
export type FollowOptions = WatchOptions;

/**
 * Reports changes on a node as they happen: first `started`, then whatever opens, closes, fails to bind, restarts or gets another
 * verdict. Ends when `signal` is aborted or the caller stops iterating; nothing stays loaded then. An aborted `signal` is the usual
 * end, not an error, and takes effect at once, even while a read hangs in the kernel: see {@link exitNow}.
 * @throws SockwatchError ERR_USAGE at once for invalid options, else as `snapshot` does before the first change
 */
export function follow(options: FollowOptions = {}): AsyncGenerator<Change, void, void> {
  return untilAborted(watcherOf(options).changes(), options.signal);
}

/**
 * As `follow`, and after each reading of the tables the snapshot of it: the first after `started`, further ones when something has
 * changed, and at least every 30 s. What a snapshot shows has been reported before it, which a `snapshot` beside a `follow` does not
 * ensure. What opens while the tables are read may be in the next one only.
 * @throws SockwatchError as `follow` does
 */
export function watch(options: FollowOptions = {}): AsyncGenerator<WatchUpdate, void, void> {
  return untilAborted(watcherOf(options).updates(), options.signal);
}

function watcherOf(options: FollowOptions): Watcher {
  assertOptions(options);
  const { probe: _, ...keys } = SNAPSHOT_KEYS;
  assertKeys(options, { ...keys, intervalMs: true });
  return new Watcher(options);
}

/** A closed watcher still waits for the reading that it has started. */
async function* untilAborted<Step>(
  steps: AsyncGenerator<Step, void, void>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Step, void, void> {
  if (signal === undefined) {
    yield* steps;
    return;
  }
  // One promise for each change: a promise that outlives them would keep all results it was raced against.
  let end = (): void => {};
  const abort = (): void => end();
  signal.addEventListener('abort', abort);
  try {
    while (!signal.aborted) {
      const result = await new Promise<IteratorResult<Step, void> | null>((resolve, reject) => {
        end = () => resolve(null);
        steps.next().then(resolve, reject);
      });
      if (result === null || result.done === true) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: it would wait for a next() that hangs.
    steps.return().catch(() => {});
  }
}
