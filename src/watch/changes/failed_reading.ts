import { coverageOf, faultOf } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { EvaluatedCapture } from '../../snapshot/evaluate_node.js';
import { renderSource } from '../../verdict/text/coverage.js';

/** The source of coverage that stands for a reading as a whole. */
export const FAILED_READING = 'capture';

/**
 * Why a reading failed that may succeed later.
 * @throws the error itself where no system call failed: a fault of the program
 */
export function failedReading(error: unknown): CoverageFault {
  const fault = faultOf(error);
  if (fault.code === 'other-error') throw error;
  return fault;
}

/** What is known of a node after a later reading has failed: the same, no longer complete. Pure. */
export function withFailedReading(capture: EvaluatedCapture, fault: CoverageFault): EvaluatedCapture {
  const failed = renderSource({
    name: FAILED_READING,
    via: 'none',
    status: 'failed',
    errors: [fault],
    notes: [],
    rows: 0,
    ms: 0,
  });
  const others = capture.coverage.sources.filter(({ name }) => name !== FAILED_READING);
  return { ...capture, coverage: coverageOf([...others, failed]) };
}
