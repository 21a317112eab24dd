/**
 * k8s-sockwatch as a library: {@link loadSpec} gives what a node is compared with, {@link snapshot} looks at the node and compares,
 * {@link follow} tells of changes, {@link evaluate} compares what was looked at before, {@link readSnapshot} and {@link judgeAgain}
 * do so with a stored snapshot, {@link diff} compares two, and {@link redact} makes one fit to be handed on.
 *
 * Nothing is kept between calls: each may be made several times at once, and in worker threads. Errors that are meant are
 * {@link SockwatchError} with a code. Times are milliseconds where a name ends in `Ms`, else ISO 8601; 64-bit numbers are strings.
 *
 * @packageDocumentation
 */
import type { SnapshotDocument } from './document/document.js';

export type {
  AddressHolder,
  BindFailed,
  Change,
  Closed,
  CoverageChanged,
  Lost,
  NetworkChanged,
  Opened,
  Restarted,
  SeenBy,
  Started,
  VerdictChanged,
} from './changes/change.js';
export type {
  CoverageDifference,
  Difference,
  FactDifference,
  ListenerDifference,
  ListenerSide,
  VerdictDifference,
} from './document/comparison/difference.js';
export { type ComparedSnapshot, diff, type SnapshotDiff } from './document/diff.js';
export type { FailOn, NamespaceDocument, Result, SnapshotDocument } from './document/document.js';
export { type JudgeOptions, judgeAgain } from './document/judge_again.js';
export { type RedactOptions, redact } from './document/redact.js';
export { type ErrorCode, SockwatchError, type SockwatchErrorDetails } from './errors.js';
export { type FollowOptions, follow } from './follow.js';
export type { NetworkInterface } from './network/facts.js';
export type { OwnersMode } from './owners/holder_source.js';
export type {
  KernelOwner,
  Origin,
  OwnedListener,
  Owner,
  OwnersUnknown,
  ProcessOwner,
  ProcessOwnerFields,
} from './owners/owner.js';
export { type SnapshotOptions, snapshot } from './snapshot.js';
export type { TextField } from './sockets/bytes.js';
export type { Coverage, CoverageSource } from './sockets/coverage.js';
export type { Family, Listener, ListenerFields, Protocol, Transport, UnixType } from './sockets/listener.js';
export type { SocketFile } from './sockets/socket_file.js';
export { loadSpec, type SpecOptions } from './spec/load.js';
export type { MarkedRole } from './spec/marked_role.js';
export type { ClusterRule, ListenerNote, NoteScope, Notes, PortRange, RowNote, ServiceNote } from './spec/notes.js';
export type { Host, NetworkRow, Page, Role, Row, RowFields, UnixRow } from './spec/rows.js';
export type { Spec } from './spec/spec.js';
export type { NodeRole } from './verdict/applied_row.js';
export { type Evaluation, evaluate, type SocketExplanation } from './verdict/evaluate.js';
export type { Expected, Finding, MatchedBy, Severity, Verdict } from './verdict/finding.js';
export type { NodeFacts, Observation } from './verdict/observation.js';
export type { WatchOptions } from './watch.js';

/**
 * A snapshot out of its JSON, of this schema version, whichever release wrote it. The check of its form is loaded when first needed.
 * @param source What messages call it: a path, mostly.
 * @throws SockwatchError ERR_INPUT that names the place in the document and what was expected there
 */
export async function readSnapshot(text: string, source: string): Promise<SnapshotDocument> {
  const reader = await import('./document/read_snapshot.js');
  return reader.readSnapshot(text, source);
}
