import { valueInEffect } from '../node/setting.js';
import type { Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { stateOf } from './absence.js';
import { type AppliedRow, applyNotes, type NodeRole, reasonNotApplicable } from './applied_row.js';
import type { EvaluationContext } from './capture.js';
import { FINDING_CODES } from './codes.js';
import { evaluateNetworkRow } from './network_row.js';
import { type RowEvaluation, withoutSockets } from './row_evaluation.js';
import { isPlaceUnknown, movedRow, type RowSettings, settingsOfRow } from './row_settings.js';
import { evaluateUnixRow } from './unix_row.js';

/** A row with what was found out about it. */
export interface EvaluatedRow {
  readonly row: Row;
  readonly evaluation: RowEvaluation;
  readonly settings: RowSettings;
}

interface PreparedRow {
  readonly row: Row;
  readonly applied: AppliedRow;
  readonly settings: RowSettings;
  /** Where the configuration puts the row's listener. */
  readonly placed: Row;
  /** Where that is could not be read. */
  readonly isUnplaced: boolean;
}

/**
 * Evaluates every row where the configuration of the node puts its listener; with no notes at all, where the page does. What such a
 * listener holds is its own: Cluster API gives k8sd the port that the page gives to etcd.
 */
export function evaluateRows(spec: Spec, context: Omit<EvaluationContext, 'claimed'>, role: NodeRole): EvaluatedRow[] {
  const isStrict = spec.notes.sources.length === 0;
  const prepared = spec.rows.map((row): PreparedRow => {
    const applied = applyNotes(row, spec.notes, role);
    const settings = settingsOfRow(row, applied.service, context.node.configuration);
    const placed = isStrict ? row : movedRow(row, settings);
    return {
      row,
      applied,
      settings,
      placed,
      isUnplaced: isPlaceUnknown(row, applied.service, context),
    };
  });
  const evaluate = (one: PreparedRow, claimed: ReadonlySet<string>): RowEvaluation =>
    evaluateRow(one, spec, { ...context, claimed }, role);
  const evaluateMoved = (one: PreparedRow): RowEvaluation => {
    const there = evaluate(one, new Set());
    if (one.settings.place?.inEffect !== null || !isMissing(there)) return there;
    // The process may have started before the file was changed.
    const here = evaluate({ ...one, placed: one.row }, new Set());
    return here.matchedBy === null ? there : here;
  };
  const moved = new Map(prepared.filter(({ row, placed }) => row !== placed).map((one) => [one, evaluateMoved(one)]));
  const own = [...moved.values()].filter(({ matchedBy }) => matchedBy !== null);
  const claimed = new Set(own.flatMap(({ sockets }) => sockets));
  return prepared.map((one) => ({
    row: one.row,
    evaluation: moved.get(one) ?? evaluate(one, claimed),
    settings: one.settings,
  }));
}

function evaluateRow(
  { row, applied, settings, placed, isUnplaced }: PreparedRow,
  spec: Spec,
  context: EvaluationContext,
  role: NodeRole,
): RowEvaluation {
  const reason = reasonNotApplicable(applied, role);
  if (reason !== null) return withoutSockets(reason);
  const evaluation = evaluatePlaced(placed, applied, spec, context, role);
  const { service } = applied;
  const { place } = settings;
  if (isUnplaced && isMissing(evaluation) && !isMissingEverywhere(evaluation, service, context)) {
    return withoutSockets({ code: 'place-unknown', params: { service } });
  }
  if (placed === row || place === null || FINDING_CODES[evaluation.code].verdict !== 'ok') return evaluation;
  const params = { service, flag: place.flag, value: valueInEffect(place) };
  return { ...evaluation, code: 'configured-place', params };
}

function isMissing({ code }: RowEvaluation): boolean {
  return FINDING_CODES[code].verdict === 'missing';
}

/** Whether the service listens nowhere, wherever it should. */
function isMissingEverywhere(
  { code }: RowEvaluation,
  service: string,
  { node }: Pick<EvaluationContext, 'node'>,
): boolean {
  return code === 'unit-still-starting' || code === 'bound-not-listening' || stateOf(service, node)?.pids?.length === 0;
}

function evaluatePlaced(
  placed: Row,
  applied: AppliedRow,
  spec: Spec,
  context: EvaluationContext,
  role: NodeRole,
): RowEvaluation {
  switch (placed.kind) {
    case 'network':
      return evaluateNetworkRow(placed, applied, role, context, spec);
    case 'unix':
      return evaluateUnixRow(placed, applied, role, context, spec);
  }
}
