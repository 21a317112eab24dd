import stringWidth from 'string-width';
import type { Fleet } from '../fleet/fleet.js';
import { markOf, stateAt } from '../fleet/mark.js';
import type { FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { SECTIONS } from '../fleet/row.js';
import { stateOf } from '../fleet/state.js';
import { standingOut } from './matrix_details.js';
import { passedText } from './matrix_passed.js';
import { counted, LEGEND, MARKS, namesText, RESULT_SYMBOLS, SYMBOLS, stateWords } from './matrix_words.js';

/** More listeners than this that no row explains are counted, not shown: the other formats have them all. */
const MOST_LISTENERS = 200;

/** Nodes that are listed one a line, worst first. */
const MOST_NODES = 40;

/**
 * Many nodes for a person: what holds for the cluster, the rows against the nodes in blocks as wide as `width` columns of a
 * terminal, and what stands out with its details.
 */
export function toMatrixTable(fleet: Fleet, width: number): string {
  const lines = [
    ...headLines(fleet),
    ...clusterLines(fleet),
    ...unreadableLines(fleet),
    ...fleet.matrices.flatMap((matrix) => matrixLines(matrix, fleet, width)),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function headLines(fleet: Fleet): string[] {
  const { summary, unreadable, matrices } = fleet;
  const { nodes } = summary;
  const passed = passedText(fleet);
  const total = nodes.match + nodes.drift + nodes.incomplete;
  const counts = (['drift', 'incomplete', 'match'] as const).map(
    (one) => `${RESULT_SYMBOLS[one]} ${nodes[one]} ${one}`,
  );
  const lost = unreadable.length === 0 ? '' : `; ${counted(unreadable.length, 'input')} could not be read`;
  const pages =
    matrices.length < 2
      ? []
      : [
          `judged by ${matrices.length} different pages or notes, so there is one table for each; rows of different tables are not compared`,
        ];
  return [`${counted(total, 'node')}: ${counts.join(' · ')}${passed === null ? '' : `; ${passed}`}${lost}`, ...pages];
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

function matrixLines(matrix: Matrix, fleet: Fleet, width: number): string[] {
  const { page, nodes } = matrix;
  const notes = page.notes.length === 0 ? 'no notes' : `notes ${page.notes.join(', ')}`;
  const listeners = matrix.rows.filter(({ expected }) => expected === null);
  const shown = matrix.rows.filter(({ expected }) => expected !== null).concat(listeners.slice(0, MOST_LISTENERS));
  const cut = listeners.length - MOST_LISTENERS;
  return [
    '',
    `${page.title} (${page.source}; ${notes})`,
    ...nodeLines(nodes),
    ...blockLines(nodes, shown, width),
    ...(cut > 0 ? [`… and ${cut} more listeners that are not on the page; --format json or html shows them all`] : []),
    '',
    LEGEND,
    ...standingOut(matrix, shown, fleet.texts.parts),
    ...gapLines(nodes),
  ];
}

function nodeLines(nodes: readonly FleetNode[]): string[] {
  const order = ['drift', 'incomplete', 'match'];
  const worst = nodes.toSorted((a, b) => order.indexOf(a.result) - order.indexOf(b.result));
  const shown = new Set(worst.slice(0, MOST_NODES));
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
  const rest = more > 0 ? [`… and ${more} more, none of them worse; --format json or html has them all`] : [];
  return ['', ...aligned([['NODE', 'ROLE', 'RESULT', 'CAPTURED', 'SOURCE'], ...rows]), ...rest];
}

/** Nodes that look alike in everything that is shown. */
interface Fold {
  readonly nodes: FleetNode[];
  readonly cells: readonly string[];
}

function blockLines(nodes: readonly FleetNode[], rows: readonly MatrixRow[], width: number): string[] {
  const names = aligned(rows.map(({ place, service }) => [`  ${cutInFront(place)}`, service]));
  const nameWidth = Math.max(...names.map((name) => stringWidth(name)), ...SECTIONS.map(({ length }) => length));
  const single = nodes.map((node) => ({ nodes: [node], cells: cellsOf(node, rows) }));
  const isWide = blocksOf(single, width - nameWidth).length > 1;
  const folds = isWide ? folded(single) : single;
  const blocks = blocksOf(folds, width - nameWidth);
  const tables = blocks.flatMap((block) => ['', ...tableLines(block, rows, names, nameWidth)]);
  const legend = folds.filter((fold) => fold.nodes.length > 1);
  const alike = legend.flatMap((fold) =>
    wrapped(`${headOf(fold)}: ${fold.nodes.map(({ label }) => label).join(', ')}`, width),
  );
  return [...tables, ...(alike.length === 0 ? [] : ['', 'Nodes that are alike share a column:', ...alike])];
}

function cellsOf(node: FleetNode, rows: readonly MatrixRow[]): string[] {
  return rows.map((row) => {
    const code = stateAt(node, row);
    const { symbol, word } = stateWords(stateOf(code));
    const mark = markOf(row.agreement[node.role], code);
    return mark === null ? `${symbol} ${word}` : `${symbol} ${word} ${MARKS[mark]}`;
  });
}

function folded(single: readonly Fold[]): Fold[] {
  const folds = new Map<string, Fold>();
  for (const { nodes, cells } of single) {
    const key = JSON.stringify([nodes[0]?.role, nodes[0]?.result, nodes[0]?.gaps.length === 0, cells]);
    const known = folds.get(key);
    if (known === undefined) folds.set(key, { nodes: [...nodes], cells });
    else known.nodes.push(...nodes);
  }
  return [...folds.values()];
}

function headOf({ nodes }: Fold): string {
  const label = nodes[0]?.label ?? '';
  return nodes.length === 1 ? label : `${label} +${nodes.length - 1}`;
}

function roleOf({ nodes }: Fold): string {
  return nodes[0]?.role ?? '';
}

function widthOf(fold: Fold): number {
  // Few cells are unlike all others, and measuring takes its time.
  return Math.max(...Array.from(new Set([headOf(fold), roleOf(fold), ...fold.cells]), (text) => stringWidth(text)));
}

/** As many columns a block as fit, but at least one. */
function blocksOf(folds: readonly Fold[], room: number): Fold[][] {
  const blocks: Fold[][] = [];
  let left = 0;
  for (const fold of folds) {
    const needed = widthOf(fold) + 2;
    if (needed > left || blocks.length === 0) {
      blocks.push([]);
      left = room;
    }
    blocks.at(-1)?.push(fold);
    left -= needed;
  }
  return blocks;
}

function tableLines(
  block: readonly Fold[],
  rows: readonly MatrixRow[],
  names: readonly string[],
  nameWidth: number,
): string[] {
  const widths = block.map(widthOf);
  const line = (name: string, cells: readonly string[]): string =>
    [padded(name, nameWidth), ...cells.map((cell, at) => padded(cell, widths[at] ?? 0))].join('  ');
  const lines = [line('', block.map(headOf)), line('', block.map(roleOf))];
  let section = '';
  for (const [at, row] of rows.entries()) {
    if (row.section !== section) lines.push(row.section);
    section = row.section;
    lines.push(
      line(
        names[at] ?? '',
        block.map(({ cells }) => cells[at] ?? ''),
      ),
    );
  }
  return lines;
}

function gapLines(nodes: readonly FleetNode[]): string[] {
  const gaps = new Map<string, string[]>();
  for (const node of nodes) {
    for (const gap of node.gaps) gaps.set(gap, [...(gaps.get(gap) ?? []), node.label]);
  }
  if (gaps.size === 0) return [];
  return ['', 'Could not be seen:', ...Array.from(gaps, ([gap, labels]) => `? ${namesText(labels)}: ${gap}`)];
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** Every column but the last as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => stringWidth(row[at] ?? ''))));
  return rows.map((row) => row.map((cell, at) => padded(cell, widths[at] ?? 0)).join('  '));
}

/** A path that is longer takes the room of a node; what stands out is told with all of it. */
const LONGEST_PLACE = 24;

function cutInFront(place: string): string {
  return place.length <= LONGEST_PLACE ? place : `…${place.slice(1 - LONGEST_PLACE)}`;
}

/** Breaks at spaces. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || stringWidth(last) + 1 + stringWidth(word) > width)
      lines.push(last === undefined ? word : `  ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
