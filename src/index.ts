/**
 * k8s-sockwatch as a library. {@link loadSpec} reads what a node is compared with, {@link snapshot} captures the node and compares it,
 * {@link follow} reports changes. {@link readSnapshot} reads a stored snapshot, {@link reevaluate} compares it again, {@link diff}
 * compares two, {@link redact} replaces what identifies the node. {@link evaluate} is the comparison alone. {@link exitNow} ends the
 * process even if a read hangs in the kernel.
 *
 * Calls are independent of each other, may run at the same time, and in worker threads. Expected errors are {@link SockwatchError}s with
 * a code. Times are milliseconds where a name ends in `Ms`, else ISO 8601; 64-bit numbers are strings.
 *
 * @packageDocumentation
 */

import './base/requirements.js';
import { assertArgument } from './base/validate.js';
import { endProcess } from './kernel/addon.js';
import type { SnapshotDocument } from './snapshot/document/document.js';

export type {
  Coded,
  CodeTable,
  ParamKind,
  ParamKinds,
  ParamsOf,
  ParamType,
  ParamValue,
  Uncoded,
} from './base/coded.js';
export type { Coverage, CoverageSource, SourceReading } from './base/coverage.js';
export { COVERAGE_CODES, type CoverageFault } from './base/coverage_codes.js';
export { type ErrorCode, SockwatchError, type SockwatchErrorDetails } from './base/errors.js';
export type { PortRange } from './base/port_range.js';
export type { TextField } from './base/text.js';
export type { NetworkInterface } from './kernel/network/addresses.js';
export type { DefaultSource } from './kernel/network/default_addresses.js';
export type {
  KernelOwner,
  Origin,
  OwnedListener,
  Owner,
  OwnersUnknown,
  ProcessOwner,
  ProcessOwnerFields,
} from './kernel/owners/owner.js';
export type { OwnersMode } from './kernel/owners/owner_source.js';
export type { ProcessNames } from './kernel/owners/whole_names.js';
export type { Family, Listener, ListenerFields, Protocol, Transport, UnixType } from './kernel/sockets/listener.js';
export type { SocketFile } from './kernel/sockets/socket_file.js';
export type { MarkedRole } from './node/marked_role.js';
export type { NetworkFeature } from './node/network_feature.js';
export type { NodeConfiguration } from './node/read_node.js';
export type { ServiceState, Setting, SettingSource } from './node/setting.js';
export { type CodedListenerDifference, DIFFERENCE_CODES, type DifferenceCode } from './snapshot/diff/codes.js';
export { type ComparedSnapshot, diff, type SnapshotDiff } from './snapshot/diff/diff.js';
export type {
  CoverageDifference,
  Difference,
  DifferenceFields,
  FactDifference,
  ListenerDifference,
  ListenerDifferenceFields,
  ListenerSide,
  NoParams,
  VerdictDifference,
} from './snapshot/diff/difference.js';
export type { FailOn, NamespaceDocument, Result, SnapshotDocument } from './snapshot/document/document.js';
export type { SnapshotOptions } from './snapshot/options.js';
export { type RedactOptions, redact } from './snapshot/redact/redact.js';
export { captureOf, type ReevaluateOptions, reevaluate } from './snapshot/reevaluate.js';
export { snapshot } from './snapshot/snapshot.js';
export { loadSpec, type SpecOptions } from './spec/load.js';
export type {
  ClusterRule,
  ConditionEvidence,
  ListenerNote,
  NoteScope,
  Notes,
  RowNote,
  ServiceNote,
} from './spec/notes.js';
export type { Host, NetworkRow, Page, Role, Row, RowFields, UnixRow } from './spec/rows.js';
export type { BuiltinPage, Spec } from './spec/spec.js';
export type { NodeRole } from './verdict/applied_row.js';
export type { Capture, NodeFacts } from './verdict/capture.js';
export { type CodedFinding, FINDING_CODES, type FindingCode, type WithRunning } from './verdict/codes.js';
export { type Evaluation, evaluate, type SocketExplanation } from './verdict/evaluate.js';
export type {
  Advice,
  Expected,
  Finding,
  FindingConfiguration,
  FindingFacts,
  FindingFields,
  FindingText,
  MatchedBy,
  Severity,
  Verdict,
} from './verdict/finding.js';
export { PAGE_CODES, type PageRemark } from './verdict/page_remarks.js';
export { ROLE_CODES, type RoleReason } from './verdict/role_codes.js';
export type { BindFailure } from './verdict/text/event.js';
export type {
  AddressOwner,
  BindFailed,
  Change,
  Closed,
  CoverageChanged,
  Lost,
  Method,
  NetworkChanged,
  Opened,
  Restarted,
  SeenBy,
  Started,
  VerdictChanged,
} from './watch/changes/change.js';
export { type FollowOptions, follow } from './watch/follow.js';
export type { WatchOptions } from './watch/watcher.js';

/**
 * Parses a snapshot of this schema version, whichever release wrote it. Its validator is loaded when first needed.
 * @param source Its name in messages, such as its path.
 * @throws SockwatchError ERR_INPUT with the position in the document and what was expected there, ERR_USAGE if `text` is not a string
 */
export async function readSnapshot(text: string, source = 'the snapshot'): Promise<SnapshotDocument> {
  assertArgument(
    typeof text === 'string',
    'a snapshot is read from a text',
    text,
    "read a file with the encoding 'utf8'",
  );
  assertArgument(typeof source === 'string', 'source is a text', source);
  const reader = await import('./snapshot/document/read_snapshot.js');
  return reader.readSnapshot(text, source);
}

/**
 * Ends the process at once. `process.exit` would wait for its threads, and a read that hangs in the kernel (a process in D state, a
 * file system that does not answer) holds one. For programs that set a deadline or abort, and must end by then. `exit` handlers are
 * not run.
 * @param code 0 to 255
 * @throws SockwatchError ERR_USAGE for another code
 */
export function exitNow(code = 0): never {
  assertArgument(
    Number.isInteger(code) && code >= 0 && code <= 255,
    'an exit code is a whole number from 0 to 255',
    code,
  );
  return endProcess(code);
}
