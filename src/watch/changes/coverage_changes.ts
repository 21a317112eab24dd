import type { Coverage } from '../../base/coverage.js';
import type { CoverageChanged, Method } from '../../snapshot/document/change.js';

/** At most one: that the coverage became complete or incomplete. Pure. */
export function coverageChanges(
  before: Coverage,
  after: Coverage,
  method: Method | null,
  at: string,
): CoverageChanged[] {
  if (before.complete === after.complete) return [];
  const errors = after.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  const faults = after.sources
    .filter((one) => one.errors.length > 0)
    .map((one) => ({ source: one.name, errors: one.errors }));
  return [{ event: 'coverage', at, complete: after.complete, method, errors, faults }];
}
