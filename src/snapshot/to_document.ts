import { coverageOf } from '../base/coverage.js';
import type { Memo } from '../base/memo.js';
import { version } from '../base/version.js';
import { UNEXPLAINED } from '../verdict/evaluate.js';
import type { FailOn, SnapshotDocument } from './document/document.js';
import { specPart } from './document/spec_part.js';
import { summarize } from './document/summary.js';
import type { EvaluatedCapture } from './evaluate_node.js';
import type { OtherNamespaces } from './namespaces.js';
import type { Probed } from './probe/probe.js';

/** An evaluated capture, with the other namespaces if they were read and the claims if they were probed, as a document. Pure. */
export function toDocument(
  evaluated: EvaluatedCapture,
  others: OtherNamespaces | null,
  failOn: FailOn,
  memo: Memo,
  probed: Probed | null = null,
): SnapshotDocument {
  const { capturedAt, role, files, spec } = evaluated;
  const { findings, explanations } = evaluated.evaluation;
  const { markedRole: _, hostname, kernel, netns, ...facts } = evaluated.node;
  const sockets = memo.memoize('explained', [evaluated.sockets, others?.sockets, explanations], () => {
    const all = [...evaluated.sockets, ...(others?.sockets ?? [])];
    const explained = all.map((socket) => ({
      ...socket,
      explainedBy: explanations.get(socket.id) ?? UNEXPLAINED,
    }));
    return memo.reuseEach('explained', explained, ({ id }) => id);
  });
  const processes = [...evaluated.longNames, ...(others?.longNames ?? [])];
  const coverage = coverageOf([...evaluated.coverage.sources, ...(others === null ? [] : [others.source])]);
  return {
    schemaVersion: 1,
    generator: { name: 'k8s-sockwatch', version: version() },
    capturedAt,
    node: { hostname, kernel, netns, ...role, ...facts },
    spec: specPart(spec, evaluated.node.release),
    summary: summarize(findings, coverage, failOn, probed?.claims),
    findings,
    ...probed,
    sockets,
    ...(evaluated.bound === undefined || evaluated.bound.length === 0 ? {} : { bound: evaluated.bound }),
    ...(processes.length === 0 ? {} : { processes }),
    namespaces: others?.namespaces ?? null,
    files,
    coverage,
  };
}
