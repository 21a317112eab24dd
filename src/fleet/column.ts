import { FINDING_CODES, type FindingCode } from '../verdict/codes.js';
import type { MatchedBy } from '../verdict/finding.js';
import { type StateCode, UNSEEN } from './state.js';

/** Values of `matchedBy`, by their number in a column. */
const MATCHED_BY: readonly (MatchedBy | null)[] = [null, 'unit', 'exe', 'argv0', 'comm', 'device'];

/** Values of `code`, by their number in a column. */
const CODES: readonly (FindingCode | null)[] = [null, ...(Object.keys(FINDING_CODES) as FindingCode[])];

/** The findings of one snapshot, one entry per row, in ascending order of row numbers. */
export interface Column {
  readonly rows: Uint32Array;
  readonly states: Uint8Array;
  readonly codes: Uint8Array;
  readonly matchedBy: Uint8Array;
  /** For each entry its message, then its reason. As bytes, because a fleet has half a million of them. */
  readonly texts: Buffer;
  /** End of each text in `texts`. A null reason is empty. */
  readonly textEnds: Uint32Array;
}

/** One entry of a column. */
export interface Cell {
  readonly state: StateCode;
  readonly code: FindingCode | null;
  readonly message: string;
  readonly reason: string | null;
  readonly matchedBy: MatchedBy | null;
}

/** Packs cells, which are sorted by row number. */
export function packColumn(cells: readonly (Cell & { readonly row: number })[]): Column {
  const texts = cells.flatMap(({ message, reason }) => [message, reason ?? '']);
  let end = 0;
  return {
    rows: Uint32Array.from(cells, ({ row }) => row),
    states: Uint8Array.from(cells, ({ state }) => state),
    codes: Uint8Array.from(cells, ({ code }) => CODES.indexOf(code)),
    matchedBy: Uint8Array.from(cells, ({ matchedBy }) => MATCHED_BY.indexOf(matchedBy)),
    texts: Buffer.from(texts.join('')),
    textEnds: Uint32Array.from(texts, (text) => {
      end += Buffer.byteLength(text);
      return end;
    }),
  };
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

/** What a column says on a row; null if nothing. */
export function cellAt(column: Column, row: number): Cell | null {
  const at = entryAt(column, row);
  if (at < 0) return null;
  return {
    state: column.states[at] ?? UNSEEN,
    code: CODES[column.codes[at] ?? 0] ?? null,
    message: textAt(column, 2 * at),
    reason: textAt(column, 2 * at + 1) || null,
    matchedBy: MATCHED_BY[column.matchedBy[at] ?? 0] ?? null,
  };
}

function textAt({ texts, textEnds }: Column, at: number): string {
  return texts.toString('utf8', textEnds[at - 1] ?? 0, textEnds[at]);
}
