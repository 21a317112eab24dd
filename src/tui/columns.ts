import { Memo } from '../base/memo.js';
import { layoutOf } from './layout.js';
import { itemAt, listOf } from './list.js';
import type { State } from './state.js';
import { escaped, widthOf } from './text.js';
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
  const wanted = new Map(all.map((column) => [column, wantedWidth(state, column)]));
  const leastOf = (column: Column): number => Math.min(column.minWidth, wanted.get(column) ?? 0);
  let [usual, least] = [-GAP, -GAP];
  const chosen = new Set<Column>();
  for (const column of all.toSorted((a, b) => a.priority - b.priority)) {
    usual += GAP + column.minWidth;
    least += GAP + leastOf(column);
    // What short texts leave is for other texts, not for numbers.
    if ((column.sizing === 'fixed' ? usual : least) > width) break;
    chosen.add(column);
  }
  const columns = all.filter((column) => chosen.has(column));
  const widths = shared(
    width - (columns.length - 1) * GAP,
    columns.map((column) => ({ least: leastOf(column), wanted: wanted.get(column) ?? 0, weight: column.weight })),
  );
  let left = MARK_WIDTH;
  return columns.map((column, at) => {
    const placed = { ...column, left, width: widths[at] ?? 0 };
    left += placed.width + GAP;
    return placed;
  });
}

interface Want {
  readonly least: number;
  readonly wanted: number;
  readonly weight: number;
}

/** Each has its least. Of the rest, columns that want little get all of it; the others have shares by their weights. */
function shared(width: number, wants: readonly Want[]): number[] {
  const given = wants.map(({ least }) => least);
  let rest = given.reduce((room, one) => room - one, width);
  let weights = wants.reduce((sum, { weight }) => sum + weight, 0);
  const ascending = wants
    .map(({ least, wanted, weight }, at) => ({ more: wanted - least, weight, at }))
    .sort((a, b) => a.more / a.weight - b.more / b.weight);
  for (const { more, weight, at } of ascending) {
    const share = Math.min(more, Math.floor((rest * weight) / weights));
    given[at] = (given[at] ?? 0) + share;
    rest -= share;
    weights -= weight;
  }
  return given;
}

/** Of a longer list, only so many texts are measured. */
const MAX_MEASURED = 250;

const longest = new Memo();

/** What the title and the texts of a column need. */
function wantedWidth(state: State, { name, title, sizing, minWidth }: Column): number {
  if (sizing === 'fixed') return minWidth;
  if (sizing === 'rest') return layoutOf(state).list.width;
  const { view, glyphs, now } = state;
  const list = listOf(state);
  const isSorted = VIEWS[view].sortKeys[state.lists[view].sort] === name;
  return longest.memoize(`${view} ${name}`, [list, glyphs], () => {
    // The arrow of the sort order stands in the title.
    let width = widthOf(title) + (isSorted ? 1 : 0);
    const step = Math.ceil(list.lines.length / MAX_MEASURED);
    for (let at = 0; at < list.lines.length; at += step) {
      const text = itemAt(list, at)?.cell(name, { glyphs, now }).text ?? '';
      width = Math.max(width, widthOf(escaped(text, glyphs)));
    }
    return width;
  });
}
