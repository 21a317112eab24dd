import { cellOf } from '../fleet/cell.js';
import { type Mark, shownAt } from '../fleet/mark.js';
import type { Agreement, FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { isFault, NONE, STATES, type StateCode, stateOf } from '../fleet/state.js';
import { counted, MARKS, namesText, stateText } from './matrix_text.js';

/** Nodes on which a row has the same state, compared with the same agreement. */
interface Group {
  readonly row: MatrixRow;
  readonly state: StateCode;
  readonly mark: Mark | null;
  readonly nodes: [FleetNode, ...FleetNode[]];
}

/** One paragraph for every row and state that is a fault or differs between nodes, worst first, with the details of one node. */
export function standingOut({ nodes }: Matrix, rows: readonly MatrixRow[]): string[] {
  const groups = rows.flatMap((row) => groupsOf(row, nodes));
  if (groups.length === 0) return [];
  return ['', 'What stands out:', ...groups.toSorted((a, b) => a.state - b.state).flatMap(paragraph)];
}

/** Agreements are states, `alike` or `split`. */
const AGREEMENTS = STATES.length + 2;

function agreementNumber(agreement: Agreement): number {
  if (typeof agreement === 'number') return agreement;
  return agreement === 'alike' ? STATES.length : STATES.length + 1;
}

function groupsOf(row: MatrixRow, nodes: readonly FleetNode[]): Group[] {
  const groups = new Map<number, Group>();
  for (const node of nodes) {
    const { state, mark } = shownAt(node, row);
    const agreement = row.agreement[node.role];
    if (!isFault(state) && mark === null) continue;
    const key = state * AGREEMENTS + agreementNumber(agreement);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { row, state, mark, nodes: [node] });
    else known.nodes.push(node);
  }
  return [...groups.values()];
}

function paragraph({ row, state, nodes }: Group): string[] {
  const { symbol, word } = stateText(stateOf(state));
  const [first] = nodes;
  const names =
    nodes.length > 1 ? `${counted(nodes.length, 'node')}: ${namesText(nodes.map(({ label }) => label))}` : first.label;
  const [said, ...rest] = cellDetails(row, first);
  const lead = nodes.length > 1 && cellOf(first, row) !== null ? `${first.label}: ` : '';
  return [
    `${symbol} ${word}  ${row.place}  ${row.service}  on ${names}`,
    ...(said === undefined ? [] : [`    ${lead}${said}`, ...rest.map((line) => `    ${line}`)]),
  ];
}

/** What a snapshot says on a row, and how that compares with other nodes; one line each, if any. */
export function cellDetails(row: MatrixRow, node: FleetNode): string[] {
  const cell = cellOf(node, row);
  const agreement = row.agreement[node.role];
  const compared = comparison(shownAt(node, row).mark, agreement);
  if (cell === null) return compared;
  const weak = cell.matchedBy === 'comm' ? ' [matched by comm, which any process can choose]' : '';
  return [`${cell.message}${weak}`, ...compared];
}

function comparison(mark: Mark | null, agreement: Agreement): string[] {
  if (mark === 'differs') return [`${MARKS.differs} nodes of its role differ, with no majority`];
  if (mark === null || typeof agreement === 'string') return [];
  const most = agreement === NONE ? 'have no such listener' : `are "${stateText(stateOf(agreement)).word}"`;
  return [`${MARKS.odd} most nodes of its role ${most}`];
}

/** What to do about a row on a node: a sentence, then commands; empty: nothing. */
export function cellAdvice(row: MatrixRow, node: FleetNode): string[] {
  const advice = cellOf(node, row)?.advice() ?? null;
  return advice === null ? [] : [advice.text, ...advice.commands];
}
