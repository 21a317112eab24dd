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

/** The same column with other numbers of rows, and the findings that have the numbers in it. */
export function renumbered(column: Omit<Column, 'kept'>, numbers: readonly number[], kept: KeptFindings): Column {
  const numberAt = (at: number): number => numbers[column.rows[at] ?? 0] ?? 0;
  const order = [...column.rows.keys()].sort((a, b) => numberAt(a) - numberAt(b));
  const findings = new Float64Array(column.findings.length);
  const findingEnds = new Uint32Array(order.length);
  let end = 0;
  for (const [to, at] of order.entries()) {
    const own = column.findings.subarray(column.findingEnds[at - 1] ?? 0, column.findingEnds[at]);
    findings.set(own, end);
    end += own.length;
    findingEnds[to] = end;
  }
  const rows = new Uint32Array(order.map(numberAt));
  const states = new Uint8Array(order.map((at) => column.states[at] ?? 0));
  return { ...column, rows, states, findings, findingEnds, kept };
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
