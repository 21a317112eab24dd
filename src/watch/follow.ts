import { assertMilliseconds } from '../base/validate.js';
import { validateOptions } from '../snapshot/options.js';
import type { Change } from './changes/change.js';
import { Watcher, type WatchOptions } from './watcher.js';

/** Those of `snapshot`, and when to look again and to end. */
export type FollowOptions = WatchOptions;

/**
 * Tells of changes on a node as they happen: first `started`, then whatever opens, closes, fails to bind, restarts or is
 * judged differently. Ends when `signal` is aborted or the caller stops iterating; nothing stays loaded then. An aborted `signal`
 * is the usual end, not an error, and comes at once, even while a read hangs in the kernel: see {@link exitNow}.
 * @throws SockwatchError ERR_USAGE at once for options that are not valid, else as `snapshot` does before the first change
 */
export function follow(options: FollowOptions): AsyncGenerator<Change, void, void> {
  validateOptions(options);
  assertMilliseconds('intervalMs', options.intervalMs);
  const changes = new Watcher(options).changes();
  return options.signal === undefined ? changes : untilAborted(changes, options.signal);
}

/** A watcher that is closed still waits for the look that it has begun; nobody else need. */
async function* untilAborted(
  changes: AsyncGenerator<Change, void, void>,
  signal: AbortSignal,
): AsyncGenerator<Change, void, void> {
  // One promise for each change: one that lasts would keep all that it was raced against.
  let end = (): void => {};
  const abort = (): void => end();
  signal.addEventListener('abort', abort);
  try {
    while (!signal.aborted) {
      const step = await new Promise<IteratorResult<Change, void> | null>((resolve, reject) => {
        end = () => resolve(null);
        changes.next().then(resolve, reject);
      });
      if (step === null || step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not waited for: it comes behind what `changes` waits for itself.
    changes.return().catch(() => {});
  }
}
