import { type Cell, type Column, cellAt, entryAt } from '../../fleet/column.js';
import { type Mark, markOf, stateAt } from '../../fleet/mark.js';
import { isFault, type StateCode, stateOf } from '../../fleet/state.js';
import { holesIn, LITERAL, type Parts } from '../../fleet/text_parts.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import { stateWords } from '../matrix_words.js';
import type { PageColumn, PageData, PageMatrix, PageNode, PageRow } from './data.js';

/** A node of the page with its column as src/fleet/ has it. */
export type Node = Omit<PageNode, 'blind' | 'column'> & {
  readonly blind: ReadonlySet<Protocol>;
  readonly column: Column;
};

/** A matrix, and which part of it is shown. */
export interface Model {
  readonly title: string;
  readonly parts: Parts;
  readonly rows: readonly PageRow[];
  readonly nodes: readonly Node[];
}

export interface Look {
  readonly state: StateCode;
  readonly symbol: string;
  readonly word: string;
  readonly mark: Mark | null;
  /** For the style sheet. */
  readonly tone: string;
}

export function modelsOf({ parts, matrices }: PageData): Model[] {
  return matrices.map(({ title, rows, nodes }: PageMatrix) => ({
    title,
    parts,
    rows,
    nodes: nodes.map((node) => ({ ...node, blind: new Set(node.blind), column: columnOf(node.column, parts) })),
  }));
}

function columnOf({ rows, states, matchedBy, messages, reasons, fillings }: PageColumn, parts: Parts): Column {
  const fillingsFrom = new Uint32Array(rows.length);
  const numbers = new Uint32Array(rows.length);
  let row = 0;
  let from = 0;
  for (const [at, difference] of rows.entries()) {
    row += difference;
    numbers[at] = row;
    fillingsFrom[at] = from;
    const reason = reasons[at] ?? 0;
    from += holesIn(parts, messages[at] ?? 0) + (reason === 0 ? 0 : holesIn(parts, reason - 1));
  }
  return {
    rows: numbers,
    states: Uint8Array.from(states),
    matchedBy: Uint8Array.from(matchedBy),
    messages: Uint32Array.from(messages),
    reasons: Uint32Array.from(reasons),
    fillings: Uint32Array.from(fillings, (filling) => (filling >= 0 ? filling + LITERAL : -1 - filling)),
    fillingsFrom,
  };
}

/** How a cell looks. */
export function lookAt(node: Node, row: PageRow): Look {
  const state = stateAt(node, row);
  const one = stateOf(state);
  const { symbol, word } = stateWords(one);
  const tone = one.kind === 'verdict' ? (one.verdict === 'not-applicable' ? 'nothing' : one.severity) : one.kind;
  return { state, symbol, word, mark: markOf(row.agreement[node.role], state), tone };
}

/** What a snapshot says in a cell; null where it says nothing. */
export function saidIn(model: Model, node: Node, row: PageRow): Cell | null {
  const at = entryAt(node.column, row.number);
  return at < 0 ? null : cellAt(node.column, at, model.parts);
}

export interface Wanted {
  readonly text: string;
  readonly faultsOnly: boolean;
  readonly oddOnly: boolean;
}

/**
 * The part of a matrix that is asked for. Every word must be found: in a row (service, place, section, or a verdict it has
 * somewhere), or else in a node. Words that name rows leave all nodes, words that name nodes leave all rows.
 */
export function select(model: Model, { text, faultsOnly, oddOnly }: Wanted): Model {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  let { rows, nodes } = model;
  for (const word of words) {
    const fitting = nodes.filter((node) => textOf(node).includes(word));
    const named = rows.filter((row) => `${row.service} ${row.place} ${row.section}`.toLowerCase().includes(word));
    const judged = named.length > 0 || fitting.length > 0 ? named : rowsInState(rows, nodes, word);
    if (judged.length > 0 || fitting.length === 0) rows = judged;
    if (fitting.length > 0) nodes = fitting;
  }
  if (!faultsOnly && !oddOnly) return { ...model, rows, nodes };
  const isWanted = (node: Node, row: PageRow, state: StateCode): boolean =>
    (!faultsOnly || isFault(state)) && (!oddOnly || markOf(row.agreement[node.role], state) !== null);
  return { ...model, ...holding(rows, nodes, isWanted) };
}

function textOf({ label, role, result, source }: Node): string {
  return `${label} ${role} ${result} ${source}`.toLowerCase();
}

function rowsInState(rows: readonly PageRow[], nodes: readonly Node[], word: string): PageRow[] {
  return rows.filter((row) => nodes.some((node) => lookAt(node, row).word.includes(word)));
}

/** Rows and nodes that have a cell which is wanted. */
function holding(
  rows: readonly PageRow[],
  nodes: readonly Node[],
  isWanted: (node: Node, row: PageRow, state: StateCode) => boolean,
): Pick<Model, 'rows' | 'nodes'> {
  const wantedRows = new Set<PageRow>();
  const wantedNodes = nodes.filter((node) => {
    let has = false;
    for (const row of rows) {
      if (!isWanted(node, row, stateAt(node, row))) continue;
      wantedRows.add(row);
      has = true;
    }
    return has;
  });
  return { rows: rows.filter((row) => wantedRows.has(row)), nodes: wantedNodes };
}
