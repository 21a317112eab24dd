import type { Fleet } from '../fleet/fleet.js';
import { stateOf } from '../fleet/state.js';
import { isDrift } from '../snapshot/document/summary.js';
import type { Severity } from '../verdict/finding.js';
import { counted } from './matrix_words.js';

/** How many faults `--fail-on` lets pass, since a node that has them counts as one that matches; null where there are none. */
export function passedText({ summary: { failOn }, matrices, cluster }: Fleet): string | null {
  const isPassed = (severity: Severity): boolean =>
    (severity === 'error' || severity === 'warning') && !isDrift(severity, failOn);
  let count = cluster.filter(({ severity }) => isPassed(severity)).length;
  for (const { column } of matrices.flatMap(({ nodes }) => nodes)) {
    for (const code of column.states) {
      const state = stateOf(code);
      if (state.kind === 'verdict' && isPassed(state.severity)) count += 1;
    }
  }
  return count === 0 ? null : `${counted(count, 'fault')} let pass by --fail-on ${failOn}`;
}
