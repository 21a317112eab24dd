/**
 * k8s-sockwatch as a library: `loadSpec` gives what a node is compared with, `snapshot` looks at the node and compares,
 * `evaluate` compares again what was looked at before, `diff` compares two snapshots, and `redact` makes one fit to be
 * handed on.
 */
export type { Change } from './changes/change.js';
export type { Difference } from './document/comparison/difference.js';
export { diff, type SnapshotDiff } from './document/diff.js';
export type { FailOn, Result, SnapshotDocument } from './document/document.js';
export { type RedactOptions, redact } from './document/redact.js';
export { type ErrorCode, SockwatchError } from './errors.js';
export { type FollowOptions, follow } from './follow.js';
export type { OwnedListener, Owner } from './owners/owner.js';
export { type SnapshotOptions, snapshot } from './snapshot.js';
export type { Listener } from './sockets/listener.js';
export { loadSpec } from './spec/load.js';
export type { Row } from './spec/rows.js';
export type { Spec } from './spec/spec.js';
export { type Evaluation, evaluate } from './verdict/evaluate.js';
export type { Finding, Severity, Verdict } from './verdict/finding.js';
export type { Observation } from './verdict/observation.js';
