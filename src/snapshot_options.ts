import type { FailOn } from './document/document.js';
import type { OwnersMode } from './owners/holder_source.js';
import type { Role } from './spec/rows.js';
import type { Spec } from './spec/spec.js';
import {
  demandFlag,
  demandMilliseconds,
  demandObject,
  demandOneOf,
  demandPath,
  demandSignal,
  demandSpec,
} from './usage.js';

/** Where to look, how, with what to compare, and for how long. */
export interface SnapshotOptions {
  /** What the node is compared with. */
  readonly spec: Spec;
  /** Default: `auto`, found out from the node. */
  readonly role?: Role | 'auto';
  /** Path of a network namespace to look into, such as /proc/1234/ns/net; default: the caller's own. */
  readonly netns?: string | null;
  /** List the sockets of every other network namespace as well; they are not judged. Default: false. */
  readonly allNetns?: boolean;
  /** Default: `auto`, the best way that works. */
  readonly owners?: OwnersMode;
  /** Default: `warning`. */
  readonly failOn?: FailOn;
  /**
   * Milliseconds, 1 or more. After nine tenths of them the answer is what has been seen by then; what is cut is said in `coverage`.
   * Default: as long as it takes. What hangs in the kernel goes on hanging behind it, and keeps the process from ending by
   * itself: see {@link exitNow}.
   */
  readonly deadlineMs?: number;
  /**
   * Once it is aborted, the promise is rejected with its reason at once and no further step is begun. What the kernel was asked
   * before goes on unheeded until it answers, mostly within a second, and keeps the process from ending by itself: see {@link exitNow}.
   */
  readonly signal?: AbortSignal;
  /** Ask sock_diag even where that makes the kernel load its module; default: false, /proc/net is read instead. */
  readonly allowModuleLoad?: boolean;
}

/**
 * What a program that no compiler has checked may have got wrong.
 * @throws SockwatchError ERR_USAGE, on one line
 */
export function checkOptions(options: SnapshotOptions): void {
  demandObject('options are an object with a spec', options);
  const { spec, role, netns, allNetns, owners, failOn, deadlineMs, signal, allowModuleLoad } = options;
  demandSpec(spec);
  demandOneOf('role', role, ['auto', 'control-plane', 'worker']);
  demandPath('netns', netns);
  demandFlag('allNetns', allNetns);
  demandOneOf('owners', owners, ['auto', 'bpf', 'proc', 'none']);
  demandOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  demandMilliseconds('deadlineMs', deadlineMs);
  demandSignal(signal);
  demandFlag('allowModuleLoad', allowModuleLoad);
}
