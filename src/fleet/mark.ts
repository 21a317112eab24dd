import { entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isOpen, NONE, type StateCode, UNSEEN } from './state.js';

/** How a cell stands out: `odd` against a majority, or `differs` where there is none. */
export type Mark = 'odd' | 'differs';

/** `null`: it does not stand out. */
export function markOf(agreement: Agreement, state: StateCode): Mark | null {
  if (agreement === 'alike' || isOpen(state)) return null;
  if (agreement === 'split') return 'differs';
  return state === agreement ? null : 'odd';
}

/** What it takes of a node and of a row to say what the one has to say on the other. */
type Seen = Pick<FleetNode, 'column' | 'blind'>;
type RowFacts = Pick<MatrixRow, 'number' | 'section' | 'protocol' | 'ownerlessTwins'>;

/** What a node has to say on a row, whether or not its snapshot has a finding for it. */
export function stateAt(node: Seen, row: RowFacts): StateCode {
  const at = entryAt(node.column, row.number);
  return at < 0 ? absence(node, row) : (node.column.states[at] ?? UNSEEN);
}

/** That a snapshot says nothing of a listener means that there is none only where one would have been seen, and known. */
function absence({ blind, column }: Seen, { section, protocol, ownerlessTwins }: RowFacts): StateCode {
  if (section !== 'not on the page' || blind.has(protocol)) return UNSEEN;
  return ownerlessTwins.some((twin) => entryAt(column, twin) >= 0) ? UNSEEN : NONE;
}
