import type { Change } from './changes/change.js';
import { checkOptions } from './snapshot.js';
import { demandMilliseconds } from './usage.js';
import { Watcher, type WatchOptions } from './watch.js';

/** Those of `snapshot`, and when to look again and to end. */
export type FollowOptions = WatchOptions;

/**
 * Tells of changes on a node as they happen: first `started`, then whatever opens, closes, fails to bind, restarts or is
 * judged differently. Ends when `signal` is aborted or the caller stops iterating; nothing stays loaded then.
 * An aborted `signal` is the usual end, not an error.
 * @throws SockwatchError ERR_USAGE at once for options that are not valid, else as `snapshot` does before the first change
 */
export function follow(options: FollowOptions): AsyncGenerator<Change, void, void> {
  checkOptions(options);
  demandMilliseconds('intervalMs', options.intervalMs);
  return new Watcher(options).changes();
}
