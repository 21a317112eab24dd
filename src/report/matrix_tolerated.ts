import type { Fleet } from '../fleet/fleet.js';
import { stateOf } from '../fleet/state.js';
import { isDrift } from '../snapshot/document/summary.js';
import type { Severity } from '../verdict/finding.js';
import { counted } from './matrix_text.js';

/** The number of errors and warnings that --fail-on tolerates, because their nodes count as matching; null if there are none. */
export function toleratedText({ summary: { failOn }, matrices, cluster }: Fleet): string | null {
  const isTolerated = (severity: Severity): boolean =>
    (severity === 'error' || severity === 'warning') && !isDrift(severity, failOn);
  let count = cluster.filter(({ severity }) => isTolerated(severity)).length;
  for (const { column } of matrices.flatMap(({ nodes }) => nodes)) {
    for (const code of column.states) {
      const state = stateOf(code);
      if (state.kind === 'verdict' && isTolerated(state.severity)) count += 1;
    }
  }
  return count === 0 ? null : `${counted(count, 'fault')} tolerated by --fail-on ${failOn}`;
}
