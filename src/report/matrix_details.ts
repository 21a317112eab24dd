import { cellAt, entryAt } from '../fleet/column.js';
import { type Mark, markOf, stateAt } from '../fleet/mark.js';
import type { Agreement, FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { isFault, NONE, type StateCode, stateOf } from '../fleet/state.js';
import type { Parts } from '../fleet/text_parts.js';
import { counted, namesText, stateWords } from './matrix_words.js';

/** Nodes on which a row is in the same state and stands out in the same way. */
interface Group {
  readonly state: StateCode;
  readonly mark: Mark | null;
  readonly agreement: Agreement;
  readonly nodes: FleetNode[];
}

/** One paragraph for every row and state that is a fault or unlike that of other nodes, worst first, in words of one node. */
export function standingOut({ nodes }: Matrix, rows: readonly MatrixRow[], parts: Parts): string[] {
  const groups = rows.flatMap((row) => groupsOf(row, nodes).map((group) => ({ row, group })));
  if (groups.length === 0) return [];
  const paragraphs = groups
    .toSorted((a, b) => a.group.state - b.group.state)
    .flatMap(({ row, group }) => paragraph(row, group, parts));
  return ['', 'What stands out:', ...paragraphs];
}

const MARK_ORDER: readonly (Mark | null)[] = [null, 'odd', 'differs'];

/** Unlike every other agreement; states have numbers below 900. */
function numberOf(agreement: Agreement): number {
  if (typeof agreement === 'number') return agreement;
  return agreement === 'alike' ? 900 : 901;
}

function groupsOf(row: MatrixRow, nodes: readonly FleetNode[]): Group[] {
  const groups = new Map<number, Group>();
  for (const node of nodes) {
    const state = stateAt(node, row);
    const agreement = row.agreement[node.role];
    const mark = markOf(agreement, state);
    if (!isFault(state) && mark === null) continue;
    const key = (state * 3 + MARK_ORDER.indexOf(mark)) * 1000 + numberOf(agreement);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { state, mark, agreement, nodes: [node] });
    else known.nodes.push(node);
  }
  return [...groups.values()];
}

function paragraph(row: MatrixRow, { state, mark, agreement, nodes }: Group, parts: Parts): string[] {
  const { symbol, word } = stateWords(stateOf(state));
  const [first] = nodes;
  const names =
    nodes.length > 1
      ? `${counted(nodes.length, 'node')}: ${namesText(nodes.map(({ label }) => label))}`
      : (first?.label ?? '');
  const said = first === undefined ? [] : wordsOf(row, first, parts, nodes.length > 1);
  return [`${symbol} ${word}  ${row.place}  ${row.service}  on ${names}`, ...said, ...comparison(mark, agreement)];
}

function wordsOf(row: MatrixRow, node: FleetNode, parts: Parts, isOneOfMany: boolean): string[] {
  const at = entryAt(node.column, row.number);
  if (at < 0) return [];
  const { message, reason, matchedBy } = cellAt(node.column, at, parts);
  const why = reason === null ? '' : ` (${reason})`;
  const weak = matchedBy === 'comm' ? ' [matched by comm, which any process can choose]' : '';
  return [`    ${isOneOfMany ? `${node.label}: ` : ''}${message}${why}${weak}`];
}

function comparison(mark: Mark | null, agreement: Agreement): string[] {
  if (mark === 'differs') return ['    ◇ nodes of its role differ, and none of the answers is that of most'];
  if (mark === null || typeof agreement === 'string') return [];
  const most = agreement === NONE ? 'have no such listener' : `are "${stateWords(stateOf(agreement)).word}"`;
  return [`    ◆ most nodes of its role ${most}`];
}
