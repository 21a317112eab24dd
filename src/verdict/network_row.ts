import type { CoverageFault } from '../base/coverage_codes.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { isLoopback, unmapped } from '../kernel/sockets/address.js';
import type { NetworkRow } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { reasonForAbsence, whyMissing } from './absence.js';
import type { AppliedRow, NodeRole } from './applied_row.js';
import type { EvaluationContext, NodeFacts } from './capture.js';
import type { CodedFinding } from './codes.js';
import type { MatchedBy } from './finding.js';
import { matchListener, type OwnerMatch } from './owner_match.js';
import { foreignFinding, idsOf, type RowEvaluation, withoutSockets } from './row_evaluation.js';
import { type Relation, relationTo, type Scope, scopeOf } from './scope.js';

/** A listener on the row's port and protocol, compared with the row. */
interface Candidate {
  readonly listener: OwnedListener;
  readonly scope: Scope;
  readonly relation: Relation;
  readonly owner: OwnerMatch;
}

/** Evaluates a row of a network table that applies to the node, or may. Pure. */
export function evaluateNetworkRow(
  row: NetworkRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const listeners = context.listeners.onPort(row.protocol, row.port);
  const { node } = context;
  if (row.host.kind === 'default' && node.defaultAddresses.length === 0) return withoutDefault(listeners, context);
  const candidates = listeners
    .map((listener) => ({
      listener,
      scope: scopeOf(listener, node),
      relation: relationTo(row.host, listener, node),
      owner: matchListener(listener, applied.service, spec.notes, context.isText),
    }))
    .filter((one) => isOwn(one) || !context.claimed.has(one.listener.id));
  const units = spec.notes.services.get(applied.service)?.units ?? [];
  return (
    evaluateForeign(applied, role, candidates, units) ??
    evaluateWidth(candidates) ??
    evaluateUnseen(applied, candidates, isUnseenOnAddress) ??
    evaluateExact(row, candidates, context) ??
    evaluateStricter(row, applied, candidates, context) ??
    evaluateUnseen(applied, candidates, isUnseen) ??
    evaluateNoListener(row, applied, role, context, spec, candidates)
  );
}

const isOwn = ({ owner }: Candidate): boolean => owner.kind === 'match';
const isUnseen = ({ owner }: Candidate): boolean => owner.kind === 'unknown';
const isForeign = (one: Candidate): boolean => !isOwn(one) && !isUnseen(one);
const isUnseenOnAddress = (one: Candidate): boolean => isUnseen(one) && one.relation.covers;

/** Sockets that answer the row besides those that decide: the service's own, and those of unknown owner on its address. */
function others(candidates: readonly Candidate[], deciding: readonly Candidate[]): Candidate[] {
  const decided = new Set(deciding);
  return candidates.filter((one) => !decided.has(one) && (isOwn(one) || isUnseenOnAddress(one)));
}

function withoutDefault(listeners: readonly OwnedListener[], { coverage, node }: EvaluationContext): RowEvaluation {
  const network = coverage.sources.find(({ name }) => name === 'network');
  const isUnread = network?.status === 'failed' || network?.errors.some(lacksRoutes) === true;
  const code =
    node.defaultInterface !== null ? 'no-default-address' : isUnread ? 'default-route-unread' : 'no-default-route';
  return { code, params: {}, sockets: idsOf(listeners), matchedBy: null };
}

function lacksRoutes({ code, params }: CoverageFault): boolean {
  return code === 'not-collected' && params.facts.endsWith('routes');
}

/** A foreign owner on the row's address decides, even where another socket is right. */
function evaluateForeign(
  { roles, service }: AppliedRow,
  role: NodeRole,
  candidates: readonly Candidate[],
  units: readonly string[],
): RowEvaluation | null {
  const foreign = candidates.filter((one) => isForeign(one) && one.relation.covers);
  if (foreign.length === 0) return null;
  const own = candidates.filter((one) => isOwn(one) && foreign.some((other) => isSameAddress(one, other)));
  const isShared = own.length > 0 || foreign.some(({ owner }) => owner.kind === 'shared');
  const coded: CodedFinding =
    roles !== null && role === 'unknown'
      ? { code: 'role-unknown-and-held', params: { roles, foreign: candidateIds(foreign) } }
      : isShared
        ? {
            code: 'shared-with-another',
            params: { service, foreign: candidateIds(foreign), own: candidateIds(own) },
          }
        : foreignFinding(service, units, foreign, null);
  return evaluation(coded, [...foreign, ...others(candidates, foreign)], []);
}

/** Only with SO_REUSEPORT: the kernel then divides what arrives between them. */
function isSameAddress({ listener: one }: Candidate, { listener: other }: Candidate): boolean {
  return unmapped(one.address ?? '') === unmapped(other.address ?? '') && one.device === other.device;
}

/** A wider address, or one on another interface, decides even where another socket is right. */
function evaluateWidth(candidates: readonly Candidate[]): RowEvaluation | null {
  const own = candidates.filter(isOwn);
  const wider = candidates.filter((one) => one.relation.width === 'wider' && (isOwn(one) || isUnseenOnAddress(one)));
  const elsewhere = own.filter(({ relation }) => relation.width === 'elsewhere');
  if (wider.length > 0) {
    const params = { wider: candidateIds(wider), unseen: candidateIds(wider.filter(isUnseen)) };
    return evaluation({ code: 'wider-address', params }, [...wider, ...others(candidates, wider)], wider);
  }
  if (elsewhere.length === 0) return null;
  const coded: CodedFinding = { code: 'other-address', params: { elsewhere: candidateIds(elsewhere) } };
  return evaluation(coded, [...elsewhere, ...others(candidates, elsewhere)], elsewhere);
}

function evaluateExact(
  { host }: NetworkRow,
  candidates: readonly Candidate[],
  context: EvaluationContext,
): RowEvaluation | null {
  const own = candidates.filter(isOwn);
  const exact = own.filter(({ relation }) => relation.width === 'exact');
  if (exact.length === 0) return null;
  const code = host.kind === 'any' ? familyCode(exact, context.node) : 'listens';
  const isOutage = code === 'serves-ipv4-only' || (code === 'serves-ipv6-only' && hasIPv4(context.node));
  return isOutage ? outage(code, own, exact, context) : evaluation({ code, params: {} }, own, exact);
}

/** Whether wildcard listeners serve the families of the node: 0.0.0.0 serves IPv4, `::` both unless v6only is set. */
function familyCode(candidates: readonly Candidate[], { defaultAddresses }: NodeFacts) {
  const listeners = candidates.map(({ listener }) => listener);
  const isIPv6Only = defaultAddresses.length > 0 && !defaultAddresses.some(isIPv4);
  if (isIPv6Only && listeners.every(({ family }) => family === 'ipv4')) return 'serves-ipv4-only';
  if (listeners.some(({ family, v6only }) => family === 'ipv4' || v6only === false)) return 'listens';
  return listeners.some(({ v6only }) => v6only === null) ? 'v6only-unknown' : 'serves-ipv6-only';
}

function isIPv4(address: string): boolean {
  return !address.includes(':');
}

/** Whether clients reach the node over IPv4. Without a default route they may, at any of its addresses. */
function hasIPv4({ defaultAddresses, interfaces }: NodeFacts): boolean {
  const all = interfaces.flatMap(({ addresses }) => addresses).filter((address) => !isLoopback(address));
  return (defaultAddresses.length > 0 ? defaultAddresses : all).some(isIPv4);
}

/** Stricter than the row says: hardening, or an outage for the clients that the row is for. */
function evaluateStricter(
  { host }: NetworkRow,
  { hardening }: AppliedRow,
  candidates: readonly Candidate[],
  context: EvaluationContext,
): RowEvaluation | null {
  const { defaultAddresses } = context.node;
  const own = candidates.filter(isOwn);
  if (own.length === 0) return null;
  const isReachable = own.some(
    ({ scope }) => scope === 'default' || (scope === 'other' && defaultAddresses.length === 0),
  );
  if (hardening !== null || (host.kind === 'any' && isReachable)) {
    return evaluation({ code: 'stricter-address', params: { hardening } }, own, own);
  }
  return outage('unreachable-address', own, own, context);
}

/** A warning that clients cannot reach the service rests on there being no other listener. */
function outage(
  code: 'serves-ipv4-only' | 'serves-ipv6-only' | 'unreachable-address',
  own: readonly Candidate[],
  matching: readonly Candidate[],
  context: EvaluationContext,
): RowEvaluation {
  const protocol = own[0]?.listener.protocol;
  if (context.coverage.sources.find(({ name }) => name === protocol)?.status !== 'ok') {
    return evaluation({ code: 'wider-address-unread', params: {} }, own, matching);
  }
  return { ...evaluation({ code, params: {} }, own, matching), severity: 'warning' };
}

/** The right listener may be among those whose owner is unknown: those on the row's address first. */
function evaluateUnseen(
  { service }: AppliedRow,
  candidates: readonly Candidate[],
  decides: (candidate: Candidate) => boolean,
): RowEvaluation | null {
  const unseen = candidates.filter(decides);
  if (unseen.length === 0) return null;
  const params = { service, unseen: candidateIds(unseen), path: null };
  return evaluation({ code: 'owner-unseen', params }, [...unseen, ...candidates.filter(isOwn)], []);
}

function evaluateNoListener(
  row: NetworkRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
  candidates: readonly Candidate[],
): RowEvaluation {
  const table = context.coverage.sources.find(({ name }) => name === row.protocol);
  if (table?.status !== 'ok') return withoutSockets({ code: 'table-incomplete', params: {} });
  const reason = reasonForAbsence(applied, role, context, spec);
  if (reason !== null) return withoutSockets(reason);
  if (candidates.length === 0) return withoutSockets(whyMissing({ ...applied, row }, context, spec));
  const { service } = applied;
  return withoutSockets({ code: 'only-others-listen', params: { service, others: candidateIds(candidates) } });
}

function candidateIds(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ listener }) => listener.id);
}

/** A finding about `candidates`; `matching` are those whose owner matched. */
function evaluation(
  coded: CodedFinding,
  candidates: readonly Candidate[],
  matching: readonly Candidate[],
): RowEvaluation {
  return { ...coded, sockets: candidateIds(candidates), matchedBy: matchedBy(matching) };
}

function matchedBy(candidates: readonly Candidate[]): MatchedBy | null {
  const match = candidates.map(({ owner }) => owner).find((owner) => owner.kind === 'match');
  return match?.by ?? null;
}
