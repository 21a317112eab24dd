import {
  assertBoolean,
  assertMilliseconds,
  assertObject,
  assertOneOf,
  assertPath,
  assertSignal,
  assertSpec,
} from '../base/validate.js';
import type { OwnersMode } from '../kernel/owners/owner_source.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { FailOn } from './document/document.js';

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
export function validateOptions(options: SnapshotOptions): void {
  assertObject('options are an object with a spec', options);
  const { spec, role, netns, allNetns, owners, failOn, deadlineMs, signal, allowModuleLoad } = options;
  assertSpec(spec);
  assertOneOf('role', role, ['auto', 'control-plane', 'worker']);
  assertPath('netns', netns);
  assertBoolean('allNetns', allNetns);
  assertOneOf('owners', owners, ['auto', 'bpf', 'proc', 'none']);
  assertOneOf('failOn', failOn, ['error', 'warning', 'info', 'never']);
  assertMilliseconds('deadlineMs', deadlineMs);
  assertSignal(signal);
  assertBoolean('allowModuleLoad', allowModuleLoad);
}
