import type { CoverageFault } from '../../base/coverage_codes.js';
import type { Method, Started } from '../../snapshot/document/change.js';
import { summarize } from '../../snapshot/document/summary.js';
import type { EvaluatedCapture } from '../../snapshot/evaluate_node.js';
import { missesText } from '../../verdict/text/event.js';

/** The first change. `refusal`: why there are no kernel events; null: there are. */
export function startedBy(
  { node, coverage, role, evaluation }: EvaluatedCapture,
  method: Method | null,
  intervalMs: number,
  refusal: CoverageFault | null,
): Started {
  return {
    event: 'started',
    at: new Date().toISOString(),
    mode: refusal === null ? 'ebpf' : 'polling',
    method,
    misses: refusal === null ? null : missesText(intervalMs, refusal),
    refusal,
    intervalMs: refusal === null ? null : intervalMs,
    hostname: node.hostname,
    netns: node.netns,
    role: role.role,
    verdicts: summarize(evaluation.findings, coverage, 'warning').verdicts,
  };
}
