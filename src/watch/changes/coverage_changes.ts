import type { Coverage } from '../../base/coverage.js';
import type { CoverageChanged, Method } from '../../snapshot/document/change.js';
import { FAILED_READING } from './failed_reading.js';

/** At most one: that the coverage became complete or incomplete, or that readings begin to fail. Pure. */
export function coverageChanges(
  before: Coverage,
  after: Coverage,
  method: Method | null,
  at: string,
): CoverageChanged[] {
  if (before.complete === after.complete && isFailing(before) === isFailing(after)) return [];
  const errors = after.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  const faults = after.sources
    .filter((one) => one.errors.length > 0)
    .map((one) => ({ source: one.name, errors: one.errors }));
  return [{ event: 'coverage', at, complete: after.complete, method, errors, faults }];
}

/** Whether the reading failed as a whole. */
function isFailing({ sources }: Coverage): boolean {
  return sources.some(({ name }) => name === FAILED_READING);
}
