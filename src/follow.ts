import type { Change } from './changes/change.js';
import { Watcher, type WatchOptions } from './watch.js';

/** Those of `snapshot`, and when to look again and to end. */
export type FollowOptions = WatchOptions;

/**
 * Tells of changes on a node as they happen: first `started`, then whatever opens, closes, fails to bind, restarts or is
 * judged differently. Ends when `signal` is aborted or the caller stops iterating; nothing stays loaded then.
 * @throws SockwatchError as `snapshot` does, before the first change
 */
export function follow(options: FollowOptions): AsyncGenerator<Change, void, void> {
  return new Watcher(options).changes();
}
