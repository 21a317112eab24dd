import { absenceSentences } from '../verdict/text/absence.js';
import { cellAt } from './cell.js';
import { type Cell, entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isUnknown, NONE, type StateCode, stateCode, UNSEEN } from './state.js';

/** How a cell stands out: `odd` against a majority, or `differs` where there is none. */
export type Mark = 'odd' | 'differs';

/** Of a row of another release's page, on a node whose page does not have it. */
const NOT_ON_ITS_PAGE = stateCode('not-applicable', 'none');

function notOnItsPage({ release }: FleetNode): Cell {
  const coded = { code: 'row-not-on-page-of-node', params: { release } } as const;
  const fields = { verdict: 'not-applicable', severity: 'none', expected: null, sockets: [], matchedBy: null } as const;
  const { message, reason } = absenceSentences({ ...fields, ...coded, configuration: null, causedBy: null }, new Map());
  return { ...coded, state: NOT_ON_ITS_PAGE, message, reason, advice: () => null, matchedBy: null };
}

/** What a node says on a row; null: nothing. */
export function cellOf(node: FleetNode, row: MatrixRow): Cell | null {
  const cell = cellAt(node.column, row.number);
  return cell === null && row.expected !== null ? notOnItsPage(node) : cell;
}

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
