import { type Coverage, coverageOf } from '../base/coverage.js';
import { Deadline } from '../base/deadline.js';
import { Memo } from '../base/memo.js';
import { assertKeys } from '../base/validate.js';
import { openNetns } from '../kernel/netns.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { captureNode } from './capture.js';
import { assertOptions, type SnapshotOptions, validateOptions } from './options.js';

/** Those of a snapshot that have to do with reading sockets. */
export type ListenersOptions = Pick<SnapshotOptions, 'netns' | 'owners' | 'deadlineMs' | 'signal' | 'allowModuleLoad'>;

/** The listeners of a network namespace at one moment. */
export interface Listeners {
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  /** Inode number of the namespace. */
  readonly netns: string;
  readonly sockets: readonly OwnedListener[];
  /** What could not be seen. Without it, `sockets` may look complete and not be. */
  readonly coverage: Coverage;
}

/**
 * Reads the listeners of a machine with their owners, and compares them with nothing.
 * @throws SockwatchError and the reason of `signal`, as `snapshot` does
 */
export async function listeners(options: ListenersOptions = {}): Promise<Listeners> {
  assertOptions(options);
  assertKeys(options, { netns: true, owners: true, deadlineMs: true, signal: true, allowModuleLoad: true });
  const { netns: path, target, deadlineMs, signal } = validateOptions(options);
  const deadline = new Deadline(deadlineMs, { signal });
  deadline.throwIfAborted();
  const netns = openNetns(path);
  try {
    const capture = await captureNode({ ...target, netns, socketPaths: [] }, deadline, new Memo());
    const sources = capture.coverage.sources.filter(({ name }) => name !== 'configuration');
    return {
      capturedAt: capture.capturedAt,
      netns: capture.node.netns,
      sockets: capture.sockets,
      coverage: coverageOf(sources),
    };
  } finally {
    netns?.close();
  }
}
