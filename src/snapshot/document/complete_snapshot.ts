import { readCoded, readCodes } from '../../base/coded.js';
import type { CoverageSource } from '../../base/coverage.js';
import { COVERAGE_CODES } from '../../base/coverage_codes.js';
import type { DefaultSource } from '../../kernel/network/default_addresses.js';
import type { Setting } from '../../node/setting.js';
import { CLAIM_NAMES, CLAIM_RESULTS, type Claim, type UnaskedRow } from '../../verdict/claim.js';
import { CLAIM_CODES } from '../../verdict/claim_codes.js';
import { type Finding, SEVERITIES } from '../../verdict/finding.js';
import { PAGE_CODES } from '../../verdict/page_remarks.js';
import { ROLE_CODES } from '../../verdict/role_codes.js';
import { completeEvents, type StoredEvent } from './complete_events.js';
import {
  completeFinding,
  completeListener,
  completeSocket,
  countVerdicts,
  known,
  type Optional,
  type StoredCode,
  type StoredFinding,
  type StoredSocket,
} from './complete_parts.js';
import type { FailOn, NamespaceDocument, SnapshotDocument } from './document.js';
import { withText } from './spec_part.js';
import { countByName, isDrift } from './summary.js';

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
      | 'events'
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
  readonly events?: readonly StoredEvent[];
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

type StoredFile = Optional<SnapshotDocument['files'][number], 'mountDevice' | 'isProtected'>;

type StoredNamespace = Omit<NamespaceDocument, 'errors'> & { readonly errors?: readonly StoredCode[] };

type StoredSource = Omit<Optional<CoverageSource, 'note'>, 'errors' | 'notes'> & {
  readonly errors?: readonly StoredCode[];
  readonly notes?: readonly StoredCode[];
};

type StoredClaim = Omit<Claim, 'evidence' | 'message'> & StoredEvidence;

type StoredUnasked = Omit<UnaskedRow, 'evidence' | 'message'> & StoredEvidence;

interface StoredEvidence {
  readonly evidence: StoredCode;
  readonly message?: string;
}

/** Adds the fields that the document lacks, and replaces words of later versions by those that say the least. */
export function completeSnapshot(stored: StoredSnapshot): SnapshotDocument {
  const { bound, claims, unasked, events, ...rest } = stored;
  const { node, summary, coverage } = rest;
  const failOn = known(FAIL_ON, summary.failOn ?? 'warning', 'warning');
  const isDrifting = [...stored.findings, ...(claims ?? [])].some(({ severity }) => isDrift(severity, failOn));
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
      // What the findings say, should the summary say something else.
      result: isDrifting ? 'drift' : known(['match', 'drift', 'incomplete'], summary.result, 'incomplete'),
      failOn,
      verdicts: countVerdicts(stored.findings),
      byName: summary.byName ?? countByName(stored.findings),
    },
    sockets: stored.sockets.map(completeSocket),
    ...(bound === undefined ? {} : { bound: bound.map(completeListener) }),
    ...(claims === undefined ? {} : { claims: claims.flatMap(completeClaim) }),
    ...(unasked === undefined ? {} : { unasked: unasked.map((one) => ({ ...one, ...completeEvidence(one) })) }),
    ...(events === undefined ? {} : { events: events.flatMap(completeEvents) }),
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

const FAIL_ON: readonly FailOn[] = ['error', 'warning', 'info', 'never'];
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

function completeSource(source: StoredSource): CoverageSource {
  return {
    ...source,
    status: known(['ok', 'partial', 'failed'], source.status, 'partial'),
    note: source.note ?? null,
    errors: readCodes(COVERAGE_CODES, source.errors),
    notes: readCodes(COVERAGE_CODES, source.notes),
  };
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
