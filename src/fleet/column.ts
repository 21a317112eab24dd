import type { FindingCode } from '../verdict/codes.js';
import type { Advice, MatchedBy } from '../verdict/finding.js';
import type { FindingContext } from '../verdict/text/finding.js';
import type { KeptFindings } from './kept_findings.js';
import type { StateCode } from './state.js';

/** The findings of one snapshot, one entry per row, in ascending order of row numbers. */
export interface Column {
  readonly rows: Uint32Array;
  readonly states: Uint8Array;
  /** Of the fleet. */
  readonly kept: KeptFindings;
  /** The findings of all entries, which text is made of when it is shown. */
  readonly findings: Float64Array;
  /** End of the findings of each entry. */
  readonly findingEnds: Uint32Array;
  /** What they refer to besides sockets. */
  readonly context: Omit<FindingContext, 'sockets'>;
}

export type CellParams = Readonly<Record<string, unknown>>;

/** One entry of a column. */
export interface Cell {
  readonly state: StateCode;
  /** null: there is no finding. */
  readonly code: FindingCode | null;
  /** Those of the code, without ids of sockets, which a matrix does not have. */
  readonly params: CellParams;
  readonly message: string;
  readonly reason: string | null;
  /** Not every format shows it. */
  readonly advice: () => Advice | null;
  readonly matchedBy: MatchedBy | null;
}

/** Index of a row's entry in a column; -1 if it has none. */
export function entryAt({ rows }: Column, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = rows[middle] ?? 0;
    if (found === row) return middle;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
