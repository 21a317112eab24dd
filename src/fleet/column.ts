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

/** The findings of one snapshot in their order: a column whose entries have one finding each, and the numbers of subjects for rows. */
export type LooseColumn = Omit<Column, 'kept'>;

/** The column with an entry for each row; `rowOf` gives the row of a subject. */
export function columnOf(loose: LooseColumn, rowOf: (subject: number) => number, kept: KeptFindings): Column {
  const numbers = loose.rows.map(rowOf);
  const order = loose.rows.map((_, at) => at).sort((a, b) => (numbers[a] ?? 0) - (numbers[b] ?? 0) || a - b);
  const rows = new Uint32Array(order.length);
  const states = new Uint8Array(order.length);
  const findingEnds = new Uint32Array(order.length);
  const findings = new Float64Array(loose.findings.length);
  let [count, end] = [0, 0];
  for (const at of order) {
    const row = numbers[at] ?? 0;
    const state = loose.states[at] ?? 0;
    const isSame = count > 0 && rows[count - 1] === row;
    if (!isSame) count += 1;
    rows[count - 1] = row;
    states[count - 1] = isSame ? Math.min(states[count - 1] ?? state, state) : state;
    for (let from = loose.findingEnds[at - 1] ?? 0; from < (loose.findingEnds[at] ?? 0); from++) {
      findings[end] = loose.findings[from] ?? 0;
      end += 1;
    }
    findingEnds[count - 1] = end;
  }
  const cut = { rows: rows.slice(0, count), states: states.slice(0, count), findingEnds: findingEnds.slice(0, count) };
  return { ...cut, findings, kept, context: loose.context };
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
