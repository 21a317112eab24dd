import { entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isUnknown, NONE, NOT_ON_ITS_PAGE, type StateCode, UNSEEN } from './state.js';

/** How a cell stands out: `odd` against a majority, or `differs` where there is none. */
export type Mark = 'odd' | 'differs';

/** How a row stands out on a node; null: it does not. */
export function markAt(node: FleetNode, row: MatrixRow): Mark | null {
  const isOnPage = row.expected === null || entryAt(node.column, row.number) >= 0;
  return isOnPage ? markOf(row.agreement[node.role], stateAt(node, row)) : null;
}

/** `null`: it does not stand out. */
export function markOf(agreement: Agreement, state: StateCode): Mark | null {
  if (agreement === 'alike' || isUnknown(state)) return null;
  if (agreement === 'split') return 'differs';
  return state === agreement ? null : 'odd';
}

/** The state of a row on a node, whether or not its snapshot has a finding for the row. */
export function stateAt(node: FleetNode, row: MatrixRow): StateCode {
  const at = entryAt(node.column, row.number);
  return at < 0 ? absentState(node, row) : (node.column.states[at] ?? UNSEEN);
}

/** A listener without a finding is absent only if it would have been seen, with its owner. */
function absentState({ unreadProtocols, column }: FleetNode, row: MatrixRow): StateCode {
  if (row.expected !== null) return NOT_ON_ITS_PAGE;
  if (unreadProtocols.has(row.protocol)) return UNSEEN;
  return row.unknownOwnerRows.some((other) => entryAt(column, other) >= 0) ? UNSEEN : NONE;
}
