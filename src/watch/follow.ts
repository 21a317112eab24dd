import { assertKeys } from '../base/validate.js';
import { assertOptions, SNAPSHOT_KEYS } from '../snapshot/options.js';
import type { Change } from './changes/change.js';
import { Watcher, type WatchOptions } from './watcher.js';

/** Those of `snapshot`, and how often to read without kernel events. */
export type FollowOptions = WatchOptions;

/**
 * Reports changes on a node as they happen: first `started`, then whatever opens, closes, fails to bind, restarts or gets another
 * verdict. Ends when `signal` is aborted or the caller stops iterating; nothing stays loaded then. An aborted `signal` is the usual
 * end, not an error, and takes effect at once, even while a read hangs in the kernel: see {@link exitNow}.
 * @throws SockwatchError ERR_USAGE at once for invalid options, else as `snapshot` does before the first change
 */
export function follow(options: FollowOptions): AsyncGenerator<Change, void, void> {
  assertOptions(options);
  assertKeys(options, { ...SNAPSHOT_KEYS, intervalMs: true });
  const changes = new Watcher(options).changes();
  return options.signal === undefined ? changes : untilAborted(changes, options.signal);
}

/** A closed watcher still waits for the reading that it has started. */
async function* untilAborted(
  changes: AsyncGenerator<Change, void, void>,
  signal: AbortSignal,
): AsyncGenerator<Change, void, void> {
  // One promise for each change: a promise that outlives them would keep all results it was raced against.
  let end = (): void => {};
  const abort = (): void => end();
  signal.addEventListener('abort', abort);
  try {
    while (!signal.aborted) {
      const result = await new Promise<IteratorResult<Change, void> | null>((resolve, reject) => {
        end = () => resolve(null);
        changes.next().then(resolve, reject);
      });
      if (result === null || result.done === true) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited: it would wait for a next() that hangs.
    changes.return().catch(() => {});
  }
}
