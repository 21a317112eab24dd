/**
 * k8s-sockwatch as a library: {@link loadSpec} gives what a node is compared with, {@link snapshot} looks at the node and compares,
 * {@link follow} tells of changes, {@link evaluate} compares what was looked at before, {@link readSnapshot} and {@link judgeAgain}
 * do so with a stored snapshot, {@link diff} compares two, and {@link redact} makes one fit to be handed on. {@link exitNow} ends
 * the process in time, whatever hangs.
 *
 * Nothing is kept between calls: each may be made several times at once, and in worker threads. Errors that are meant are
 * {@link SockwatchError} with a code. Times are milliseconds where a name ends in `Ms`, else ISO 8601; 64-bit numbers are strings.
 *
 * @packageDocumentation
 */
import type { SnapshotDocument } from './document/document.js';
import { endProcess } from './native.js';
import { demand } from './usage.js';

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
export { type JudgeOptions, judgeAgain, observationOf } from './document/judge_again.js';
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
export { snapshot } from './snapshot.js';
export type { SnapshotOptions } from './snapshot_options.js';
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
 * @throws SockwatchError ERR_INPUT that names the place in the document and what was expected there, ERR_USAGE for what is no text
 */
export async function readSnapshot(text: string, source = 'the snapshot'): Promise<SnapshotDocument> {
  demand(typeof text === 'string', 'a snapshot is read from a text', text, "read a file with the encoding 'utf8'");
  demand(typeof source === 'string', 'source is a text', source);
  const reader = await import('./document/read_snapshot.js');
  return reader.readSnapshot(text, source);
}

/**
 * Ends the process at once, as `process.exit` does but without waiting: a read that hangs in the kernel (a process in D state, a
 * file system that does not answer) holds a thread, and Node waits for its threads. For programs that set a deadline or abort, and
 * must end by then. Handlers of `exit` are not run; write what matters before.
 * @param code The exit code, 0 to 255.
 * @throws SockwatchError ERR_USAGE for another code
 */
export function exitNow(code = 0): never {
  demand(Number.isInteger(code) && code >= 0 && code <= 255, 'an exit code is a whole number from 0 to 255', code);
  return endProcess(code);
}
