import type { OwnedListener } from '../kernel/owners/owner.js';
import type { NetworkRow } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { type AppliedRow, evaluateAbsence, type NodeRole, roleUnknown } from './applied_row.js';
import type { EvaluationContext } from './capture.js';
import type { MatchedBy } from './finding.js';
import { matchListener, type OwnerMatch } from './owner_match.js';
import type { RowEvaluation } from './row_evaluation.js';
import { type Relation, relationTo } from './scope.js';
import { listenersText, ownersText, unknownOwnerText } from './text/format.js';

/** A listener on the row's port and protocol, as the row sees it. */
interface Candidate {
  readonly listener: OwnedListener;
  readonly relation: Relation;
  readonly owner: OwnerMatch;
}

/** Judges a row of a network table that applies to this node, or may. Pure. */
export function evaluateNetworkRow(
  row: NetworkRow,
  applied: AppliedRow,
  role: NodeRole,
  context: EvaluationContext,
  spec: Spec,
): RowEvaluation {
  const listeners = context.listeners.onPort(row.protocol, row.port);
  const { node } = context;
  if (row.host.kind === 'default' && node.defaultInterface === null) return withoutDefault(row, listeners, context);
  const candidates = listeners.map((listener) => ({
    listener,
    relation: relationTo(row.host, listener, node),
    owner: matchListener(listener, applied.service, spec.notes),
  }));
  return (
    evaluateForeign(row, applied, role, candidates) ??
    evaluateWidth(row, candidates) ??
    evaluateExact(row, candidates) ??
    evaluateStricter(row, applied, candidates) ??
    evaluateUnseen(row, candidates) ??
    evaluateNoListener(row, applied, role, context, spec, candidates)
  );
}

const isOwn = ({ owner }: Candidate): boolean => owner.kind === 'match';
const isUnseen = ({ owner }: Candidate): boolean => owner.kind === 'unknown';
const isForeign = (one: Candidate): boolean => !isOwn(one) && !isUnseen(one);

/** Besides those that decide, what answers the row as well: the service's own, and whoever may be on its address. */
function others(candidates: readonly Candidate[], deciding: readonly Candidate[]): Candidate[] {
  return candidates.filter((one) => !deciding.includes(one) && (isOwn(one) || (isUnseen(one) && one.relation.covers)));
}

/** Without a default route nobody knows which address is meant. */
function withoutDefault(
  row: NetworkRow,
  listeners: readonly OwnedListener[],
  { coverage }: EvaluationContext,
): RowEvaluation {
  const network = coverage.sources.find(({ name }) => name === 'network');
  const why =
    network?.status === 'failed'
      ? `the default route could not be read: ${network.error ?? 'unknown error'}`
      : 'this node has no default route';
  const what =
    listeners.length === 0
      ? `nothing listens on port ${row.port}/${row.protocol}`
      : `${ownersText(listeners)} on ${listenersText(listeners)}`;
  return {
    verdict: 'unverified',
    message: `${why}, so the address meant by "${row.hostText}" is not known; ${what}`,
    sockets: listeners.map(({ id }) => id),
    matchedBy: null,
    reason: why,
  };
}

/** Somebody else on the row's address decides, however many are right besides. */
function evaluateForeign(
  row: NetworkRow,
  applied: AppliedRow,
  role: NodeRole,
  candidates: readonly Candidate[],
): RowEvaluation | null {
  const foreign = candidates.filter((one) => isForeign(one) && one.relation.covers);
  if (foreign.length === 0) return null;
  const listeners = foreign.map(({ listener }) => listener);
  if (applied.roles !== null && role === 'unknown') {
    const reason = `${roleUnknown(applied.roles)}, and ${ownersText(listeners)} is somebody else`;
    const all = [...foreign, ...others(candidates, foreign)];
    return evaluation('unverified', { message: reason, candidates: all, matchedBy: null, reason });
  }
  const elsewhere = foreign.some(({ owner }) => owner.kind === 'wrong-installation');
  const reason = elsewhere
    ? `the name is that of ${applied.service}, the systemd unit is not: another installation of it`
    : null;
  return evaluation('wrong-owner', {
    message: `${ownersText(listeners)} holds ${listenersText(listeners)}, which is ${applied.service}'s (${row.hostText}:${row.port})`,
    candidates: [...foreign, ...others(candidates, foreign)],
    matchedBy: null,
    reason,
  });
}

/** Wider than the row, or on another interface: decides even where another socket is right. */
function evaluateWidth(row: NetworkRow, candidates: readonly Candidate[]): RowEvaluation | null {
  const own = candidates.filter(isOwn);
  const wider = candidates.filter(
    (one) => one.relation.width === 'wider' && (isOwn(one) || (isUnseen(one) && one.relation.covers)),
  );
  const beside = own.filter(({ relation }) => relation.width === 'elsewhere');
  const [verdict, faulty] = wider.length > 0 ? (['exposed', wider] as const) : (['wrong-address', beside] as const);
  if (faulty.length === 0) return null;
  const listeners = faulty.map(({ listener }) => listener);
  const unseen = faulty.find(isUnseen);
  return evaluation(verdict, {
    message: `${ownersText(listeners)} listens on ${listenersText(listeners)}; the page says ${row.hostText}:${row.port}`,
    candidates: [...faulty, ...others(candidates, faulty)],
    matchedBy: matchedBy(faulty),
    reason: unseen === undefined ? null : `whoever it is, it is too wide: ${unknownOwnerText(unseen.listener)}`,
  });
}

/** On the row's own address. A socket whose holder is unseen leaves the answer open, a stricter one of the service's does not. */
function evaluateExact(row: NetworkRow, candidates: readonly Candidate[]): RowEvaluation | null {
  const unseen = candidates.filter((one) => isUnseen(one) && one.relation.covers);
  const exact = candidates.filter((one) => isOwn(one) && one.relation.width === 'exact');
  if (exact.length === 0) return null;
  if (unseen.length > 0) return unverified(row, [...unseen, ...candidates.filter(isOwn)]);
  const listeners = exact.map(({ listener }) => listener);
  const common = { candidates: candidates.filter(isOwn), matchedBy: matchedBy(exact) };
  const sentence = `${ownersText(listeners)} on ${listenersText(listeners)}`;
  switch (row.host.kind === 'any' ? ipv4Service(listeners) : 'yes') {
    case 'yes':
      return evaluation('ok', { ...common, message: sentence, reason: null });
    case 'no':
      return evaluation('narrowed', {
        ...common,
        message: sentence,
        reason: `serves IPv6 only (v6only is set); the page says ${row.hostText}`,
      });
    case 'unknown':
      return evaluation('unverified', {
        ...common,
        message: sentence,
        reason: 'whether it serves IPv4 too is not known: the kernel did not say whether v6only is set',
      });
  }
}

/** Whether wildcard listeners serve IPv4: 0.0.0.0 does, `::` does unless v6only is set. */
function ipv4Service(listeners: readonly OwnedListener[]): 'yes' | 'no' | 'unknown' {
  if (listeners.some(({ family, v6only }) => family === 'ipv4' || v6only === false)) return 'yes';
  return listeners.some(({ v6only }) => v6only === null) ? 'unknown' : 'no';
}

/** Stricter than the row says: often done on purpose. */
function evaluateStricter(
  row: NetworkRow,
  applied: AppliedRow,
  candidates: readonly Candidate[],
): RowEvaluation | null {
  const own = candidates.filter(isOwn);
  if (own.length === 0) return null;
  const unseen = candidates.filter((one) => isUnseen(one) && one.relation.covers);
  if (unseen.length > 0) return unverified(row, [...unseen, ...own]);
  const listeners = own.map(({ listener }) => listener);
  return evaluation('narrowed', {
    message: `${ownersText(listeners)} listens on ${listenersText(listeners)} only; the page says ${row.hostText}:${row.port}`,
    candidates: own,
    matchedBy: matchedBy(own),
    reason: applied.hardening,
  });
}

/** Only listeners whose holder is unseen are left: the right one may be among them. */
function evaluateUnseen(row: NetworkRow, candidates: readonly Candidate[]): RowEvaluation | null {
  const unseen = candidates.filter(isUnseen);
  const covering = unseen.filter(({ relation }) => relation.covers);
  const best = covering.length > 0 ? covering : unseen;
  return best.length === 0 ? null : unverified(row, best);
}

function unverified(row: NetworkRow, candidates: readonly Candidate[]): RowEvaluation {
  const unseen = candidates.filter(isUnseen).map(({ listener }) => listener);
  const why = [...new Set(unseen.map(unknownOwnerText))].join('; ');
  const elsewhere = candidates.filter(isUnseen).every(({ relation }) => relation.width !== 'exact');
  const place = elsewhere ? `; the page says ${row.hostText}:${row.port}` : '';
  return evaluation('unverified', {
    message: `somebody listens on ${listenersText(unseen)}${place}, but ${why}`,
    candidates,
    matchedBy: null,
    reason: why,
  });
}

function evaluateNoListener(
  row: NetworkRow,
  applied: AppliedRow,
  role: NodeRole,
  { coverage, listeners }: EvaluationContext,
  spec: Spec,
  candidates: readonly Candidate[],
): RowEvaluation {
  const nobody = { candidates: [], matchedBy: null };
  const table = coverage.sources.find(({ name }) => name === row.protocol);
  if (table?.status !== 'ok') {
    const reason = `the ${row.protocol} table was not read completely: ${table?.error ?? 'it was not looked at'}`;
    return evaluation('unverified', { ...nobody, message: `no listener was seen, but ${reason}`, reason });
  }
  const absence = evaluateAbsence(applied, role, listeners, spec);
  if (absence.kind !== 'fault') {
    const verdict = absence.kind === 'undecided' ? 'unverified' : 'not-applicable';
    return evaluation(verdict, { ...nobody, message: `nothing listens; ${absence.reason}`, reason: absence.reason });
  }
  const others = candidates.map(({ listener }) => listener);
  const reason =
    others.length === 0
      ? null
      : `${ownersText(others)} listens on ${listenersText(others)}, which is not this row's address`;
  const message = `nothing listens on ${row.hostText}:${row.port}/${row.protocol}; ${applied.service} should`;
  return evaluation('missing', { ...nobody, message: reason === null ? message : `${message} (${reason})`, reason });
}

function matchedBy(candidates: readonly Candidate[]): MatchedBy | null {
  const match = candidates.map(({ owner }) => owner).find((owner) => owner.kind === 'match');
  return match?.by ?? null;
}

function evaluation(
  verdict: RowEvaluation['verdict'],
  rest: Omit<RowEvaluation, 'verdict' | 'sockets'> & { readonly candidates: readonly Candidate[] },
): RowEvaluation {
  const { candidates, ...words } = rest;
  return { verdict, ...words, sockets: candidates.map(({ listener }) => listener.id) };
}
