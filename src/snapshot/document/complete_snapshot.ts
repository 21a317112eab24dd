import { readCoded, readCodes } from '../../base/coded.js';
import type { CoverageSource } from '../../base/coverage.js';
import { COVERAGE_CODES } from '../../base/coverage_codes.js';
import type { DefaultSource } from '../../kernel/network/default_addresses.js';
import type { OwnedListener, Owner, OwnersUnknown, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Setting } from '../../node/setting.js';
import { CLAIM_NAMES, CLAIM_RESULTS, type Claim, type UnaskedRow } from '../../verdict/claim.js';
import { CLAIM_CODES } from '../../verdict/claim_codes.js';
import { FINDING_CODES } from '../../verdict/codes.js';
import { type Finding, MATCHED_BY, SEVERITIES, VERDICTS } from '../../verdict/finding.js';
import { PAGE_CODES } from '../../verdict/page_remarks.js';
import { ROLE_CODES } from '../../verdict/role_codes.js';
import type { NamespaceDocument, SnapshotDocument } from './document.js';
import { withText } from './spec_part.js';
import { countByName } from './summary.js';

type Optional<Type, Key extends keyof Type> = Omit<Type, Key> & Partial<Pick<Type, Key>>;
type DocumentSocket = SnapshotDocument['sockets'][number];

/**
 * A snapshot as the schema guarantees it: optional fields were added after version 0.1.0. Words (verdicts, kinds of owners, …)
 * may be of a later version.
 */
export interface StoredSnapshot
  extends Omit<
      SnapshotDocument,
      | 'node'
      | 'spec'
      | 'summary'
      | 'findings'
      | 'claims'
      | 'unasked'
      | 'sockets'
      | 'bound'
      | 'namespaces'
      | 'files'
      | 'coverage'
    >,
    Partial<Record<'files', readonly StoredFile[]>> {
  readonly findings: readonly StoredFinding[];
  readonly claims?: readonly StoredClaim[];
  readonly unasked?: readonly StoredUnasked[];
  readonly node: Omit<
    Optional<
      SnapshotDocument['node'],
      | 'defaultAddresses'
      | 'defaultSource'
      | 'interfaces'
      | 'ephemeralPorts'
      | 'isInstalled'
      | 'isBootstrapped'
      | 'release'
      | 'configuration'
      | 'services'
      | 'networkFeature'
    >,
    'roleReason'
  > & {
    readonly roleReason?: StoredCode | null;
  };
  readonly spec: Omit<Optional<SnapshotDocument['spec'], 'release'>, 'remarks'> & {
    readonly remarks?: readonly StoredCode[];
  };
  readonly summary: Omit<SnapshotDocument['summary'], 'failOn' | 'verdicts' | 'byName'> & {
    readonly byName?: number;
    readonly failOn?: SnapshotDocument['summary']['failOn'];
    readonly verdicts: Readonly<Record<string, number>>;
  };
  readonly sockets: readonly StoredSocket[];
  readonly bound?: readonly Omit<StoredSocket, 'explainedBy'>[];
  readonly namespaces?: readonly StoredNamespace[] | null;
  readonly coverage: { readonly complete: boolean; readonly sources: readonly StoredSource[] };
}

interface StoredCode {
  readonly code?: string | null;
  readonly params?: Readonly<Record<string, unknown>>;
}

type StoredFile = Optional<SnapshotDocument['files'][number], 'mountDevice' | 'isProtected'>;

type StoredNamespace = Omit<NamespaceDocument, 'errors'> & { readonly errors?: readonly StoredCode[] };

type StoredSource = Omit<Optional<CoverageSource, 'note'>, 'errors' | 'notes'> & {
  readonly errors?: readonly StoredCode[];
  readonly notes?: readonly StoredCode[];
};

type StoredFinding = Omit<Finding, 'code' | 'params' | 'advice' | 'configuration' | 'causedBy'> &
  StoredCode &
  Partial<Pick<Finding, 'advice' | 'configuration' | 'causedBy'>>;

type StoredClaim = Omit<Claim, 'evidence' | 'message'> & StoredEvidence;

type StoredUnasked = Omit<UnaskedRow, 'evidence' | 'message'> & StoredEvidence;

interface StoredEvidence {
  readonly evidence: StoredCode;
  readonly message?: string;
}

type StoredSocket = Omit<
  Optional<DocumentSocket, 'type' | 'file' | 'cgroupId' | 'origin' | 'explainedBy'>,
  'owners'
> & {
  readonly owners: readonly (Exclude<Owner, ProcessOwner> | Optional<ProcessOwner, 'startedAt'>)[];
};

/** Adds the fields that the document lacks, and replaces words of later versions by those that say the least. */
export function completeSnapshot(stored: StoredSnapshot): SnapshotDocument {
  const { bound, claims, unasked, ...rest } = stored;
  const { node, summary, coverage } = rest;
  let findings: readonly Finding[] | null = null;
  return {
    ...rest,
    // Many callers evaluate the document again and never look at these.
    get findings() {
      findings ??= stored.findings.map(completeFinding);
      return findings;
    },
    node: {
      ...node,
      role: known(['control-plane', 'worker', 'unknown'], node.role, 'unknown'),
      roleReason: readCodes(ROLE_CODES, [node.roleReason ?? {}])[0] ?? null,
      ...completeDefault(node),
      interfaces: node.interfaces ?? [],
      ephemeralPorts: node.ephemeralPorts ?? null,
      isInstalled: node.isInstalled ?? null,
      isBootstrapped: node.isBootstrapped ?? null,
      release: node.release ?? null,
      configuration: node.configuration?.filter(({ source }) => SETTING_KINDS.includes(source.kind)) ?? null,
      services: node.services ?? null,
      networkFeature: known(['on', 'off', null], node.networkFeature ?? null, null),
    },
    spec: {
      ...stored.spec,
      release: stored.spec.release ?? null,
      remarks: readCodes(PAGE_CODES, stored.spec.remarks).map(withText),
    },
    summary: {
      ...summary,
      result: known(['match', 'drift', 'incomplete'], summary.result, 'incomplete'),
      failOn: known(['error', 'warning', 'info', 'never'], summary.failOn ?? 'warning', 'warning'),
      verdicts: completeCounts(summary.verdicts),
      byName: summary.byName ?? countByName(stored.findings),
    },
    sockets: stored.sockets.map(completeSocket),
    ...(bound === undefined ? {} : { bound: bound.map(completeListener) }),
    ...(claims === undefined ? {} : { claims: claims.flatMap(completeClaim) }),
    ...(unasked === undefined ? {} : { unasked: unasked.map((one) => ({ ...one, ...completeEvidence(one) })) }),
    namespaces: stored.namespaces?.map((one) => ({ ...one, errors: readCodes(COVERAGE_CODES, one.errors) })) ?? null,
    files: (stored.files ?? []).map((file) => ({
      ...file,
      mountDevice: file.mountDevice ?? null,
      isProtected: file.isProtected ?? null,
      state: known(['socket', 'absent', 'not-a-socket', 'unreadable'], file.state, 'unreadable'),
    })),
    coverage: { ...coverage, sources: coverage.sources.map(completeSource) },
  };
}

const SETTING_KINDS: readonly Setting['source']['kind'][] = [
  'arguments-file',
  'options-file',
  'state-file',
  'command-line',
  'built-in-default',
];
const DEFAULT_SOURCES: readonly (DefaultSource | null)[] = [
  'default-route',
  'other-table',
  'source-address',
  'k8sd-address',
  null,
];

/** Before there were default addresses, they were those of the default interface. */
function completeDefault({
  defaultInterface,
  defaultAddresses = defaultInterface?.addresses ?? [],
  defaultSource = defaultAddresses.length > 0 ? 'default-route' : null,
}: StoredSnapshot['node']): Pick<SnapshotDocument['node'], 'defaultAddresses' | 'defaultSource'> {
  return { defaultAddresses, defaultSource: known(DEFAULT_SOURCES, defaultSource, null) };
}

/** A word of this version; `fallback` for another. */
function known<Word extends string | null>(words: readonly Word[], word: Word, fallback: Word): Word {
  return words.includes(word) ? word : fallback;
}

/** Findings with a verdict of a later version count as unverified, as `completeFinding` has them. */
function completeCounts(stored: Readonly<Record<string, number>>): SnapshotDocument['summary']['verdicts'] {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Finding['verdict'], number>;
  for (const [verdict, count] of Object.entries(stored)) {
    counts[known(VERDICTS, verdict as Finding['verdict'], 'unverified')] += count;
  }
  return counts;
}

function completeSource(source: StoredSource): CoverageSource {
  return {
    ...source,
    status: known(['ok', 'partial', 'failed'], source.status, 'partial'),
    note: source.note ?? null,
    errors: readCodes(COVERAGE_CODES, source.errors),
    notes: readCodes(COVERAGE_CODES, source.notes),
  };
}

function completeFinding(finding: StoredFinding): Finding {
  const { code, params } = readCoded(FINDING_CODES, finding);
  const running = finding.params?.['running'];
  return {
    ...finding,
    code,
    params: typeof running === 'string' ? { ...params, running } : params,
    verdict: known(VERDICTS, finding.verdict, 'unverified'),
    severity: known(SEVERITIES, finding.severity, 'unknown'),
    matchedBy: known(MATCHES, finding.matchedBy, null),
    advice: finding.advice ?? null,
    configuration: finding.configuration ?? null,
    causedBy: finding.causedBy ?? null,
  } as Finding;
}

/** Nothing for a claim of a later version. */
function completeClaim(claim: StoredClaim): Claim[] {
  if (!CLAIM_NAMES.includes(claim.claim)) return [];
  const result = known(CLAIM_RESULTS, claim.result, 'unverified');
  return [{ ...claim, ...completeEvidence(claim), result, severity: known(SEVERITIES, claim.severity, 'unknown') }];
}

function completeEvidence({ evidence, message = '' }: StoredEvidence): Pick<Claim, 'evidence' | 'message'> {
  return { evidence: readCoded(CLAIM_CODES, evidence), message };
}

const MATCHES: readonly Finding['matchedBy'][] = [...MATCHED_BY, null];
const OWNERS_UNKNOWN: readonly (OwnersUnknown | null)[] = [
  'permission',
  'confined',
  'not-found',
  'not-looked',
  'no-inode',
  null,
];
const EXPLAINED_BY: readonly DocumentSocket['explainedBy']['by'][] = ['page', 'note', 'client', null];

/** Nearly every socket is complete, and a matrix reads millions. */
function isComplete(socket: StoredSocket): socket is DocumentSocket {
  const { type, file, cgroupId, origin, explainedBy, owners, ownersUnknown } = socket;
  if (type === undefined || file === undefined || cgroupId === undefined) return false;
  if (origin === undefined || explainedBy === undefined || !EXPLAINED_BY.includes(explainedBy.by)) return false;
  if (!OWNERS_UNKNOWN.includes(ownersUnknown)) return false;
  return owners.every(
    (owner) => owner.kind === 'kernel' || (owner.kind === 'process' && owner.startedAt !== undefined),
  );
}

function completeSocket(socket: StoredSocket): DocumentSocket {
  if (isComplete(socket)) return socket;
  const explainedBy = socket.explainedBy ?? { by: null, text: null };
  return {
    ...completeListener(socket),
    explainedBy: EXPLAINED_BY.includes(explainedBy.by) ? explainedBy : { by: null, text: null },
  };
}

function completeListener(socket: Omit<StoredSocket, 'explainedBy'>): OwnedListener {
  const owners = socket.owners.flatMap(completeOwner);
  const unknown = known(OWNERS_UNKNOWN, socket.ownersUnknown, 'not-found');
  return {
    ...socket,
    type: socket.type ?? null,
    file: socket.file ?? null,
    cgroupId: socket.cgroupId ?? null,
    origin: socket.origin ?? null,
    owners,
    ownersUnknown: owners.length > 0 ? null : (unknown ?? 'not-found'),
  };
}

/** Nothing for a kind of a later version. */
function completeOwner(owner: StoredSocket['owners'][number]): Owner[] {
  switch (owner.kind) {
    case 'kernel':
      return [owner];
    case 'process':
      return [{ ...owner, startedAt: owner.startedAt ?? null }];
    default:
      return [];
  }
}
