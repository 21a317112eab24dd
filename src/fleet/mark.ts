import { entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isUnknown, NONE, NOT_ON_ITS_PAGE, type StateCode, UNSEEN } from './state.js';

/** How a cell stands out: `odd` against a majority, or `differs` where there is none. */
export type Mark = 'odd' | 'differs';

/** A row on a node, as far as a matrix shows it. */
export interface ShownCell {
  readonly state: StateCode;
  /** null: it does not stand out. */
  readonly mark: Mark | null;
}

export function shownAt(node: FleetNode, row: MatrixRow): ShownCell {
  const at = entryAt(node.column, row.number);
  const state = at < 0 ? absentState(node, row) : (node.column.states[at] ?? UNSEEN);
  const isOnPage = row.expected === null || at >= 0;
  return { state, mark: isOnPage ? markOf(row.agreement[node.role], state) : null };
}

function markOf(agreement: Agreement, state: StateCode): Mark | null {
  if (agreement === 'alike' || isUnknown(state)) return null;
  if (agreement === 'split') return 'differs';
  return state === agreement ? null : 'odd';
}

/** A listener without a finding is absent only if it would have been seen, with its owner. */
function absentState({ unreadProtocols, column }: FleetNode, row: MatrixRow): StateCode {
  if (row.expected !== null) return NOT_ON_ITS_PAGE;
  if (unreadProtocols.has(row.protocol)) return UNSEEN;
  return row.unknownOwnerRows.some((other) => entryAt(column, other) >= 0) ? UNSEEN : NONE;
}
