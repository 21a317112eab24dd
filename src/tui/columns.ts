import { Memo } from '../base/memo.js';
import { NONE_CELL } from './cells.js';
import { layoutOf } from './layout.js';
import { itemsOf, listOf } from './list.js';
import { type State, shownData } from './state.js';
import { escaped, portWidth, truncateMiddle, widthOf } from './text.js';
import { type Column, VIEWS } from './view.js';

/** Columns to the left of the table, for the mark of a change. */
export const MARK_WIDTH = 2;
const GAP = 1;
/** How many columns stay when the others are moved: they tell lines apart. */
export const KEPT_COLUMNS = 2;

export interface PlacedColumn extends Column {
  readonly left: number;
  readonly width: number;
}

/** The columns of the current view that fit into the list, and where. */
export function columnsOf(state: State): PlacedColumn[] {
  const width = layoutOf(state).list.width - MARK_WIDTH;
  const { columns: every } = VIEWS[state.view];
  const all = [...every.slice(0, KEPT_COLUMNS), ...every.slice(KEPT_COLUMNS + state.lists[state.view].shift)];
  const needs = new Map(all.map((column) => [column, needOf(state, column)]));
  const needed = (column: Column): Need => needs.get(column) ?? { ports: 0, most: 0, brief: 0, all: 0 };
  const leastOf = (column: Column): number =>
    Math.max(Math.min(column.leastWidth ?? column.minWidth, needed(column).brief), needed(column).ports);
  let [usual, least] = [-GAP, -GAP];
  const chosen = new Set<Column>();
  for (const column of all.toSorted((a, b) => a.priority - b.priority)) {
    usual += GAP + column.usualWidth;
    least += GAP + leastOf(column);
    if ((column.isExtra ? usual : least) > width) break;
    chosen.add(column);
  }
  const columns = all.filter((column) => chosen.has(column));
  const room = width - (columns.length - 1) * GAP;
  const weights = columns.map(({ weight }) => weight);
  // What is usual comes first; a single long text gets what the texts of other columns leave.
  const wants = [
    columns.map((column) => Math.min(column.minWidth, needed(column).brief)),
    columns.map((column) => Math.min(column.usualWidth, needed(column).brief)),
    columns.map((column) => needed(column).most),
    columns.map((column) => needed(column).brief),
    columns.map((column) => needed(column).all),
  ];
  const widths = wants.reduce((given, wanted) => grown(given, wanted, weights, room), columns.map(leastOf));
  let left = MARK_WIDTH;
  return columns.map((column, at) => {
    const placed = { ...column, left, width: widths[at] ?? 0 };
    left += placed.width + GAP;
    return placed;
  });
}

/** Of what is left, columns that want little get all of it; the others have shares by their weights. */
function grown(
  given: readonly number[],
  wanted: readonly number[],
  weights: readonly number[],
  room: number,
): number[] {
  const widths = [...given];
  let rest = given.reduce((left, one) => left - one, room);
  let sum = weights.reduce((total, weight) => total + weight, 0);
  const ascending = given
    .map((width, at) => ({ more: Math.max(0, (wanted[at] ?? 0) - width), weight: weights[at] ?? 1, at }))
    .sort((a, b) => a.more / a.weight - b.more / b.weight);
  for (const { more, weight, at } of ascending) {
    const share = Math.min(more, Math.floor((rest * weight) / sum));
    widths[at] = (widths[at] ?? 0) + share;
    rest -= share;
    sum -= weight;
  }
  return widths;
}

/** Of a longer list, only so many texts are measured. */
const MAX_MEASURED = 250;

/** Widths that are enough for the title of a column and its texts. */
interface Need {
  /** For the longest port. */
  readonly ports: number;
  /** For most texts, where they have one in brief. */
  readonly most: number;
  /** For all texts in brief. */
  readonly brief: number;
  readonly all: number;
}

/** The share of texts that may be longer than most, and at least one. */
const LONGER = 0.1;
/** Of fewer texts, none is an exception. */
const FEW = 5;

const needs = new Memo();

function needOf(state: State, { name, title, sizing, usualWidth, cut }: Column): Need {
  if (sizing === 'fixed') return { ports: 0, most: usualWidth, brief: usualWidth, all: usualWidth };
  const { view, glyphs, now } = state;
  const { width: listWidth } = layoutOf(state).list;
  if (sizing === 'rest') return { ports: 0, most: listWidth, brief: listWidth, all: listWidth };
  const isSorted = VIEWS[view].sortKeys[state.lists[view].sort] === name;
  const { lines } = listOf(state);
  const { timeline } = shownData(state);
  // A filter that matches nothing moves no column.
  const measured = lines.length > 0 ? lines : itemsOf(shownData(state), view);
  return needs.memoize(`${view} ${name}`, [measured, glyphs, view === 'page' && name === 'owner' && timeline], () => {
    // The arrow of the sort order stands in the title.
    const least = widthOf(title) + (isSorted ? 1 : 0);
    const step = Math.ceil(measured.length / MAX_MEASURED);
    const widths: number[] = [];
    let [ports, all] = [0, least];
    for (let at = 0; at < measured.length; at += step) {
      const line = measured[at];
      const cell = typeof line === 'object' ? line.cell(name, { glyphs, now, timeline }) : NONE_CELL;
      if (cell.text === '' || cell === NONE_CELL) continue;
      const text = escaped(cell.text, glyphs);
      all = Math.max(all, widthOf(text));
      widths.push(cell.brief === undefined ? widthOf(text) : widthOf(escaped(cell.brief, glyphs)));
      if (cut === truncateMiddle) ports = Math.max(ports, portWidth(text, glyphs));
    }
    widths.sort((a, b) => b - a);
    // Texts that were not measured may be as wide as usual.
    const brief = Math.max(least, widths[0] ?? 0, step > 1 ? usualWidth : 0);
    const longer = widths.length < FEW ? 0 : Math.max(1, Math.floor(widths.length * LONGER));
    const most = widths[longer] ?? 0;
    return { ports, most: Math.max(least, most), brief, all };
  });
}
