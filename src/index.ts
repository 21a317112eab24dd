/**
 * k8s-sockwatch as a library. {@link snapshot} captures a node and compares it with what {@link loadSpec} reads, {@link follow} reports
 * changes, {@link watch} the state as well; {@link listeners} compares with nothing, {@link who} says which process has an address,
 * {@link preflight} what blocks an installation. {@link readSnapshot} reads a stored snapshot,
 * {@link readEvidence} reports and archives, {@link reevaluate} compares again, {@link diff} compares two, {@link redact} replaces what
 * identifies the node. {@link render}, {@link renderMatrix} and {@link renderDiff} give the texts that the command prints.
 * {@link evaluate} is the comparison alone. {@link exitNow} ends the process even if a read hangs in the kernel.
 *
 * Calls are independent of each other, may run at the same time, and in worker threads. Expected errors are {@link SockwatchError}s with
 * a code. Times are milliseconds where a name ends in `Ms`, else ISO 8601; 64-bit numbers are strings.
 *
 * @packageDocumentation
 */

import './base/requirements.js';
import { SockwatchError } from './base/errors.js';
import { assertArgument, assertOneOf, assertPath, assertSnapshot } from './base/validate.js';
import { version } from './base/version.js';
import type { Evidence } from './evidence/snapshot_in.js';
import { endProcess } from './kernel/addon.js';
import type { DiffFormat, MatrixFormat, SnapshotFormat } from './report/render.js';
import type { SnapshotDiff } from './snapshot/diff/diff.js';
import type { SnapshotDocument } from './snapshot/document/document.js';
import { type ReevaluateOptions, reevaluate, validOptions } from './snapshot/reevaluate.js';

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
export type { Evidence } from './evidence/snapshot_in.js';
export type { NetworkInterface } from './kernel/network/addresses.js';
export type { DefaultSource } from './kernel/network/default_addresses.js';
export type {
  KernelOwner,
  Origin,
  OwnedListener,
  Owner,
  OwnersUnknown,
  PodName,
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
export type { DiffFormat, MatrixFormat, SnapshotFormat } from './report/render.js';
export { type CodedListenerDifference, DIFFERENCE_CODES, type DifferenceCode } from './snapshot/diff/codes.js';
export { type ComparedSnapshot, diff, type SnapshotDiff } from './snapshot/diff/diff.js';
export type {
  ClaimDifference,
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
} from './snapshot/document/change.js';
export type { FailOn, NamespaceDocument, Result, SavedEvent, SnapshotDocument } from './snapshot/document/document.js';
export { type Listeners, type ListenersOptions, listeners } from './snapshot/listeners.js';
export type { ProbeRequest, SnapshotOptions } from './snapshot/options.js';
export type { NodeState, PreflightDocument, PreflightResult } from './snapshot/preflight/document.js';
export { type PreflightOptions, preflight } from './snapshot/preflight/preflight.js';
export type { ProbeOptions } from './snapshot/probe/probe.js';
export { redactPreflight } from './snapshot/redact/preflight.js';
export { type RedactOptions, redact } from './snapshot/redact/redact.js';
export { redactWho } from './snapshot/redact/who.js';
export { captureOf, type ReevaluateOptions, reevaluate } from './snapshot/reevaluate.js';
export { snapshot } from './snapshot/snapshot.js';
export type { Answer, NotedListener, WhoDocument } from './snapshot/who/document.js';
export type { Question } from './snapshot/who/question.js';
export { type WhoOptions, who } from './snapshot/who/who.js';
export type { PageClaim } from './spec/claims.js';
export { loadSpec, type SpecOptions } from './spec/load.js';
export type {
  ClusterRule,
  ConditionEvidence,
  ListenerNote,
  NotedClaims,
  NoteScope,
  Notes,
  RowNote,
  ServiceNote,
} from './spec/notes.js';
export type { Host, NetworkRow, Page, Role, Row, RowFields, UnixRow } from './spec/rows.js';
export type { BuiltinPage, Spec } from './spec/spec.js';
export type { NodeRole } from './verdict/applied_row.js';
export type { Capture, NodeFacts } from './verdict/capture.js';
export type {
  Certificate,
  Claim,
  ClaimFields,
  ClaimGroup,
  ClaimName,
  ClaimResult,
  UnaskedRow,
} from './verdict/claim.js';
export { CLAIM_CODES, type ClaimEvidence } from './verdict/claim_codes.js';
export { type CodedFinding, FINDING_CODES, type FindingCode, type WithRunning } from './verdict/codes.js';
export { type Evaluation, evaluate, type SocketExplanation } from './verdict/evaluate.js';
export {
  type Advice,
  type Expected,
  type Finding,
  type FindingConfiguration,
  type FindingFacts,
  type FindingFields,
  type FindingText,
  type MatchedBy,
  SEVERITIES,
  SEVERITY,
  type Severity,
  VERDICTS,
  type Verdict,
} from './verdict/finding.js';
export {
  type AnsweredNeed,
  type CodedObstacle,
  type Need,
  type NeedConfiguration,
  OBSTACLE_CODES,
  type Obstacle,
  type ObstacleCode,
  type ObstacleFacts,
} from './verdict/obstacle.js';
export { PAGE_CODES, type PageRemark } from './verdict/page_remarks.js';
export { ROLE_CODES, type RoleReason } from './verdict/role_codes.js';
export type { BindFailure, Holder } from './verdict/text/event.js';
export { type FollowOptions, follow, watch } from './watch/follow.js';
export type { WatchOptions, WatchUpdate } from './watch/watcher.js';

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
 * Reads all nodes in a snapshot, an `ss` or `netstat` text, a report of `k8s inspect`, `microk8s inspect` or sos, a directory or an
 * archive of them, and compares each. An input that cannot be read becomes an `error` in its place; the others are still read.
 * @throws SockwatchError ERR_USAGE for invalid arguments
 */
export async function* readEvidence(
  path: string,
  options: ReevaluateOptions = {},
): AsyncGenerator<Evidence, void, void> {
  assertArgument(typeof path === 'string', 'evidence is read from a path', path);
  assertPath('path', path);
  validOptions(options);
  const { evidenceAt } = await import('./evidence/evidence_at.js');
  for await (const one of evidenceAt(path, version())) {
    yield 'document' in one ? { ...one, document: reevaluate(one.document, options) } : one;
  }
}

/**
 * A snapshot as text, safe on a terminal.
 * @throws SockwatchError ERR_USAGE for invalid arguments
 */
export async function render(document: SnapshotDocument, format: SnapshotFormat = 'table'): Promise<string> {
  assertSnapshot(document);
  assertOneOf('format', format, ['json', 'table', 'line']);
  return joined((await import('./report/render.js')).snapshotPieces(document, format));
}

/**
 * Compares nodes with each other, as `check` with several files does.
 * @param evidence What `readEvidence` gives, or such objects of snapshots; compared with the page again
 * @param width Of a table, in columns
 * @throws SockwatchError ERR_USAGE for invalid arguments
 */
export async function renderMatrix(
  evidence: Iterable<Evidence> | AsyncIterable<Evidence>,
  format: MatrixFormat = 'table',
  options: ReevaluateOptions = {},
  width?: number,
): Promise<string> {
  assertOneOf('format', format, ['html', 'json', 'table']);
  const fits = width === undefined || (Number.isInteger(width) && width > 0);
  assertArgument(fits, 'width is a number of columns', width);
  const [{ DEFAULT_WIDTH, matrixPieces }, { fleetOf }] = await Promise.all([
    import('./report/render.js'),
    import('./fleet/fleet.js'),
  ]);
  const fleet = await fleetOf(checked(evidence), validOptions(options));
  return joined(matrixPieces(fleet, format, width ?? DEFAULT_WIDTH));
}

async function* checked(evidence: Iterable<Evidence> | AsyncIterable<Evidence>): AsyncGenerator<Evidence> {
  const isList = typeof evidence === 'object' && evidence !== null;
  const fits = isList && (Symbol.iterator in evidence || Symbol.asyncIterator in evidence);
  assertArgument(fits, 'evidence is what readEvidence() gives, or a list', evidence);
  for await (const one of evidence) {
    const isOne = typeof one === 'object' && one !== null && typeof one.source === 'string';
    const isEvidence = isOne && ('document' in one || ('error' in one && one.error instanceof SockwatchError));
    assertArgument(isEvidence, 'evidence has a source, its name, and a document', one, EVIDENCE_HINT);
    if ('document' in one) assertSnapshot(one.document);
    yield one;
  }
}

const EVIDENCE_HINT = 'for snapshots: { source: NAME, document: SNAPSHOT }';

/**
 * What `diff` found as text, safe on a terminal.
 * @throws SockwatchError ERR_USAGE for invalid arguments
 */
export async function renderDiff(found: SnapshotDiff, format: DiffFormat = 'text'): Promise<string> {
  const fits = typeof found === 'object' && found !== null && Array.isArray(found.differences);
  assertArgument(fits, 'differences are a result of diff()', found);
  assertOneOf('format', format, ['text', 'json']);
  return joined((await import('./report/render.js')).diffPieces(found, format));
}

async function joined(pieces: Promise<Iterable<string>>): Promise<string> {
  return [...(await pieces)].join('');
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
