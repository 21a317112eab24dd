import { FINDING_CODES, type FindingCode } from '../verdict/codes.js';
import { type MatchedBy, MATCHED_BY as NAMES } from '../verdict/finding.js';
import { type StateCode, UNSEEN } from './state.js';

/** Values of `matchedBy`, by their number in a column. */
const MATCHED_BY: readonly (MatchedBy | null)[] = [null, ...NAMES];

/** Values of `code`, by their number in a column. */
const CODES = Object.keys(FINDING_CODES) as FindingCode[];

/** Of each entry. */
const TEXTS = 4;

/** The findings of one snapshot, one entry per row, in ascending order of row numbers. */
export interface Column {
  readonly rows: Uint32Array;
  readonly states: Uint8Array;
  readonly codes: Uint8Array;
  readonly matchedBy: Uint8Array;
  /** For each entry its message, reason, advice and parameters (JSON). As bytes, because a fleet has half a million of them. */
  readonly texts: Buffer;
  /** End of each text in `texts`. What is null is empty. */
  readonly textEnds: Uint32Array;
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
  /** A sentence, then commands, one line each. */
  readonly advice: string | null;
  readonly matchedBy: MatchedBy | null;
}

/** Packs cells, which are sorted by row number. */
export function packColumn(cells: readonly (readonly [row: number, cell: Cell])[]): Column {
  const rows = new Uint32Array(cells.length);
  const states = new Uint8Array(cells.length);
  const codes = new Uint8Array(cells.length);
  const matchedBy = new Uint8Array(cells.length);
  const textEnds = new Uint32Array(TEXTS * cells.length);
  let texts = '';
  let end = 0;
  // Typed arrays are filled in a loop because their `from` is ten times as slow.
  for (const [at, [row, cell]] of cells.entries()) {
    rows[at] = row;
    states[at] = cell.state;
    codes[at] = cell.code === null ? CODES.length : CODES.indexOf(cell.code);
    matchedBy[at] = MATCHED_BY.indexOf(cell.matchedBy);
    for (const [number, text] of [cell.message, cell.reason, cell.advice, packedParams(cell.params)].entries()) {
      if (text !== null) {
        texts += text;
        end += Buffer.byteLength(text);
      }
      textEnds[TEXTS * at + number] = end;
    }
  }
  return { rows, states, codes, matchedBy, texts: Buffer.from(texts), textEnds };
}

/** Most have none. */
function packedParams(params: CellParams): string | null {
  return Object.keys(params).length === 0 ? null : JSON.stringify(params);
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
  const code = CODES[column.codes[at] ?? CODES.length];
  if (at < 0 || code === undefined) return null;
  return {
    state: column.states[at] ?? UNSEEN,
    code,
    params: JSON.parse(textAt(column, TEXTS * at + 3) || '{}') as CellParams,
    message: textAt(column, TEXTS * at),
    reason: textAt(column, TEXTS * at + 1) || null,
    advice: textAt(column, TEXTS * at + 2) || null,
    matchedBy: MATCHED_BY[column.matchedBy[at] ?? 0] ?? null,
  };
}

function textAt({ texts, textEnds }: Column, at: number): string {
  return texts.toString('utf8', textEnds[at - 1] ?? 0, textEnds[at]);
}
