import type { Deadline } from '../base/deadline.js';
import type { Memo } from '../base/memo.js';
import type { OwnerPass } from '../kernel/addon.js';
import { specFor } from '../spec/builtin.js';
import type { Role } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import { type Evaluation, evaluate } from '../verdict/evaluate.js';
import { type RoleAnswer, resolveRole } from '../verdict/role.js';
import { captureBound } from './bound_sockets.js';
import { type CaptureTarget, captureNode, hasNewListeners, mergeCaptures, type NodeCapture } from './capture.js';

/** What a node is compared with. */
export interface Expectation {
  readonly spec: Spec;
  readonly role: Role | 'auto';
}

export interface EvaluatedCapture extends NodeCapture {
  /** With the page of the installed release. */
  readonly spec: Spec;
  readonly role: RoleAnswer;
  readonly evaluation: Evaluation;
}

/**
 * Captures a node and evaluates it. A table can lose an entry that moves while it is dumped, so where something is missing and
 * the tables have changed since, both are done once more.
 */
export async function evaluateNode(
  target: CaptureTarget,
  expectation: Expectation,
  deadline: Deadline,
  memo: Memo,
  firstPass?: Promise<OwnerPass>,
): Promise<EvaluatedCapture> {
  const first = await captureNode(target, deadline, memo, firstPass);
  const evaluated = evaluateCapture(first, expectation, memo);
  if (!evaluated.evaluation.findings.some(({ verdict }) => verdict === 'missing')) return evaluated;
  const isSettled = !(await hasNewListeners(target, first, deadline.step()));
  const last = isSettled ? first : mergeCaptures(first, await captureNode(target, deadline, memo));
  const bound = await captureBound(evaluated.evaluation.findings, target, last, deadline.step());
  return isSettled && bound.length === 0 ? evaluated : evaluateCapture({ ...last, bound }, expectation, memo);
}

function evaluateCapture(
  capture: NodeCapture,
  { spec: given, role: asked }: Expectation,
  memo: Memo,
): EvaluatedCapture {
  const { node, sockets, files, coverage, bound } = capture;
  // No verdict depends on how long a source took, which is never the same.
  const sources = coverage.sources.map((source) => ({ ...source, ms: 0 }));
  const facts = memo.reuseEqual('facts', { node, files, sources, bound });
  const answer = memo.memoize('evaluation', [facts, sockets], () => {
    const spec = specFor(given, node.release);
    const role = resolveRole(asked, capture, spec.notes);
    return { spec, role, evaluation: evaluate(spec, capture, role.role) };
  });
  return { ...capture, ...answer };
}
