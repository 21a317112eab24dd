import type { MatchedBy } from '../verdict/finding.js';
import type { StateCode } from './state.js';
import { filled, holesIn, type Parts } from './text_parts.js';

/** What matched an owner, at the place of its code; 0 for none. */
export const MATCHED_BY: readonly (MatchedBy | null)[] = [null, 'unit', 'exe', 'argv0', 'comm', 'device'];

/**
 * All that is kept of the findings of one snapshot, one entry a row that it has something to say on, by rising row number.
 * The texts are in a TextTable, a message and then its reason; `fillings` holds what fills them, those of entry N from
 * `fillingsFrom[N]` on.
 */
export interface Column {
  readonly rows: Uint32Array;
  readonly states: Uint8Array;
  readonly matchedBy: Uint8Array;
  readonly messages: Uint32Array;
  /** Number of the text plus one; 0 where there is no reason, or where the message has it already. */
  readonly reasons: Uint32Array;
  readonly fillings: Uint32Array;
  readonly fillingsFrom: Uint32Array;
}

/** One entry of a column, with its texts put together. */
export interface Cell {
  readonly state: StateCode;
  readonly message: string;
  readonly reason: string | null;
  readonly matchedBy: MatchedBy | null;
}

/** Place of a row's entry in a column; -1 where it has none. */
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

/** The entry at a place of a column. */
export function cellAt(column: Column, at: number, parts: Parts): Cell {
  const message = column.messages[at] ?? 0;
  const reason = column.reasons[at] ?? 0;
  const from = column.fillingsFrom[at] ?? 0;
  return {
    state: column.states[at] ?? 0,
    message: filled(parts, message, column.fillings, from),
    reason: reason === 0 ? null : filled(parts, reason - 1, column.fillings, from + holesIn(parts, message)),
    matchedBy: MATCHED_BY[column.matchedBy[at] ?? 0] ?? null,
  };
}
