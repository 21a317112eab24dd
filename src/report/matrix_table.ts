import { addTo } from '../base/multimap.js';
import type { Fleet } from '../fleet/fleet.js';
import type { FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { stateOf } from '../fleet/state.js';
import { SECTIONS } from '../fleet/subject.js';
import { aligned, padded, widthOf } from './aligned.js';
import {
  type CommonParts,
  columnLabel,
  commonParts,
  commonText,
  foldColumns,
  type NodeColumn,
  nodeColumns,
} from './matrix_columns.js';
import { standingOut } from './matrix_details.js';
import {
  counted,
  LEGEND,
  MARKS,
  namesText,
  nodeCount,
  pageText,
  RESULT_SYMBOLS,
  resultCounts,
  SET_ASIDE,
  SYMBOLS,
  setAsideText,
  stateText,
} from './matrix_text.js';
import { toleratedText } from './matrix_tolerated.js';

/** Listeners beyond this number are counted, not shown; the other formats have them. */
const MAX_LISTENERS = 200;

/** Nodes that are listed one per line, worst first. */
const MAX_NODES = 40;

/** A longer path would take the room of a node; the details below have all of it. */
const MAX_PLACE = 24;

/**
 * Many nodes for a person, in pieces: findings about the cluster, rows and nodes in blocks as wide as a terminal of `width` columns,
 * and details of what stands out.
 */
export function* toMatrixTable(fleet: Fleet, width: number): Generator<string> {
  for (const line of tableOf(fleet, width)) yield `${line.trimEnd()}\n`;
}

function* tableOf(fleet: Fleet, width: number): Generator<string> {
  yield* headLines(fleet);
  yield* clusterLines(fleet);
  yield* unreadableLines(fleet);
  yield* setAsideLines(fleet);
  for (const matrix of fleet.matrices) yield* matrixLines(matrix, width);
}

function headLines(fleet: Fleet): string[] {
  const { unreadable, matrices } = fleet;
  const tolerated = toleratedText(fleet);
  const lost = unreadable.length === 0 ? '' : `; ${counted(unreadable.length, 'input')} could not be read`;
  const head = `${nodeCount(fleet)}: ${resultCounts(fleet)}${tolerated === null ? '' : `; ${tolerated}`}${lost}`;
  if (matrices.length < 2) return [head];
  return [
    head,
    `compared with ${matrices.length} different pages or notes: each has its own table, and rows of different tables are not compared`,
  ];
}

function clusterLines({ cluster }: Fleet): string[] {
  if (cluster.length === 0) return [];
  const rows = cluster.map(({ verdict, severity, message }) => [
    `${verdict === 'not-applicable' ? '–' : SYMBOLS[severity]} ${verdict}`,
    message,
  ]);
  return ['', 'In the cluster as a whole:', ...aligned(rows)];
}

function unreadableLines({ unreadable }: Fleet): string[] {
  if (unreadable.length === 0) return [];
  return ['', 'Could not be read:', ...unreadable.map(({ source, reason }) => `? ${source}: ${reason}`)];
}

function setAsideLines({ setAside }: Fleet): string[] {
  return setAside.length === 0 ? [] : ['', SET_ASIDE, ...setAside.map(setAsideText)];
}

function matrixLines(matrix: Matrix, width: number): string[] {
  const { page, nodes } = matrix;
  const listeners = matrix.rows.filter(({ expected }) => expected === null);
  const shown = matrix.rows.filter(({ expected }) => expected !== null).concat(listeners.slice(0, MAX_LISTENERS));
  const cut = listeners.length - MAX_LISTENERS;
  return [
    '',
    pageText(page),
    ...nodeLines(nodes),
    ...blockLines(nodes, shown, width),
    ...(cut > 0 ? [`… and ${cut} more listeners that are not on the page; --format json has them all`] : []),
    '',
    LEGEND,
    ...standingOut(matrix, shown),
    ...remarkLines(nodes),
    ...gapLines(nodes),
  ];
}

function nodeLines(nodes: readonly FleetNode[]): string[] {
  const order = ['drift', 'incomplete', 'match'];
  const worst = nodes.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  const shown = new Set(worst.slice(0, MAX_NODES));
  const rows = nodes
    .filter((node) => shown.has(node))
    .map(({ label, role, result, gaps, capturedAt, source }) => [
      label,
      role,
      `${RESULT_SYMBOLS[result]} ${result}${gaps.length === 0 ? '' : ', partly seen'}`,
      capturedAt,
      source,
    ]);
  const more = nodes.length - shown.size;
  const rest = more > 0 ? [`… and ${more} more, none of them worse; --format json has them all`] : [];
  return ['', ...aligned([['NODE', 'ROLE', 'RESULT', 'CAPTURED', 'SOURCE'], ...rows]), ...rest];
}

function blockLines(nodes: readonly FleetNode[], rows: readonly MatrixRow[], width: number): string[] {
  const names = aligned(rows.map(({ place, service }) => [`  ${withoutStart(place)}`, service]));
  const nameWidth = [...names, ...SECTIONS].reduce((widest, name) => Math.max(widest, widthOf(name)), 0);
  const room = width - nameWidth;
  const common = commonParts(nodes);
  const single = nodeColumns(nodes, rows);
  const columns = fitInBlock(single, room, common) ? single : foldColumns(single);
  const shared = columns.filter(({ nodes }) => nodes.length > 1);
  const labels = shared.flatMap((column) =>
    wrapped(`${columnLabel(column, common)}: ${column.nodes.map(({ label }) => label).join(', ')}`, width),
  );
  return [
    ...(commonText(common) === null ? [] : ['', `Below, ${commonText(common)}`]),
    ...blocksOf(
      columns.map((column) => textColumn(column, common)),
      room,
    ).flatMap((block) => ['', ...tableLines(block, rows, names, nameWidth)]),
    ...(labels.length === 0 ? [] : ['', 'Nodes that look alike share a column:', ...labels]),
  ];
}

/** Label, role and a cell for every row. */
interface TextColumn {
  readonly head: readonly [label: string, role: string];
  readonly cells: readonly string[];
  readonly width: number;
}

function textColumn(column: NodeColumn, common: CommonParts): TextColumn {
  const head = [columnLabel(column, common), column.nodes[0].role] as const;
  const cells = column.cells.map(({ state, mark }) => {
    const { symbol, word } = stateText(stateOf(state));
    return mark === null ? `${symbol} ${word}` : `${symbol} ${word} ${MARKS[mark]}`;
  });
  // Most cells are equal, and measuring is slow.
  const width = Math.max(...Array.from(new Set([...head, ...cells]), widthOf));
  return { head, cells, width };
}

/** Whether one block has room for all columns. Stops early, because measuring is slow. */
function fitInBlock(columns: readonly NodeColumn[], room: number, common: CommonParts): boolean {
  let left = room;
  return columns.every((column) => {
    left -= textColumn(column, common).width + 2;
    return left >= 0;
  });
}

/** As many columns per block as fit, but at least one. */
function blocksOf(columns: readonly TextColumn[], room: number): TextColumn[][] {
  const blocks: TextColumn[][] = [];
  let left = 0;
  for (const column of columns) {
    const needed = column.width + 2;
    if (needed > left || blocks.length === 0) {
      blocks.push([]);
      left = room;
    }
    blocks.at(-1)?.push(column);
    left -= needed;
  }
  return blocks;
}

function tableLines(
  block: readonly TextColumn[],
  rows: readonly MatrixRow[],
  names: readonly string[],
  nameWidth: number,
): string[] {
  const line = (name: string, textOf: (column: TextColumn) => string | undefined): string =>
    [padded(name, nameWidth), ...block.map((column) => padded(textOf(column) ?? '', column.width))].join('  ');
  const lines = [line('', ({ head }) => head[0]), line('', ({ head }) => head[1])];
  for (const [at, { section }] of rows.entries()) {
    if (section !== rows[at - 1]?.section) lines.push(section);
    lines.push(line(names[at] ?? '', ({ cells }) => cells[at]));
  }
  return lines;
}

function remarkLines(nodes: readonly FleetNode[]): string[] {
  return listed('About the nodes and their pages:', nodes, ({ remarks }) => remarks, '');
}

function gapLines(nodes: readonly FleetNode[]): string[] {
  return listed('Could not be seen:', nodes, ({ gaps }) => gaps, '? ');
}

/** Each text once, with the nodes that it is about. */
function listed(
  title: string,
  nodes: readonly FleetNode[],
  textsOf: (node: FleetNode) => readonly string[],
  symbol: string,
): string[] {
  const labels = new Map<string, string[]>();
  for (const node of nodes) {
    for (const text of textsOf(node)) addTo(labels, text, node.label);
  }
  if (labels.size === 0) return [];
  return ['', title, ...Array.from(labels, ([text, names]) => `${symbol}${namesText(names)}: ${text}`)];
}

function withoutStart(place: string): string {
  return place.length <= MAX_PLACE ? place : `…${place.slice(1 - MAX_PLACE)}`;
}

/** Breaks at spaces. */
function wrapped(text: string, width: number): string[] {
  const lines: string[][] = [];
  let room = 0;
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const needed = widthOf(word) + 1;
    if (last !== undefined && needed <= room) {
      last.push(word);
      room -= needed;
    } else {
      const start = last === undefined ? word : `  ${word}`;
      lines.push([start]);
      room = width - widthOf(start);
    }
  }
  return lines.map((words) => words.join(' '));
}
