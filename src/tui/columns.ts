import { Memo } from '../base/memo.js';
import { layoutOf } from './layout.js';
import { itemAt, listOf } from './list.js';
import type { State } from './state.js';
import { escaped, widthOf } from './text.js';
import { type Column, VIEWS } from './view.js';

/** Columns to the left of the table, for the mark of a change. */
export const MARK_WIDTH = 2;
const GAP = 1;

export interface PlacedColumn extends Column {
  readonly left: number;
  readonly width: number;
}

/** The columns of the current view that fit into the list, and where. */
export function columnsOf(state: State): PlacedColumn[] {
  const width = layoutOf(state).list.width - MARK_WIDTH;
  const [first, ...others] = VIEWS[state.view].columns;
  const all = first === undefined ? [] : [first, ...others.slice(state.lists[state.view].shift)];
  let used = -GAP;
  const chosen = new Set<Column>();
  for (const column of all.toSorted((a, b) => a.priority - b.priority)) {
    if (used + GAP + column.minWidth > width) break;
    chosen.add(column);
    used += GAP + column.minWidth;
  }
  const columns = all.filter((column) => chosen.has(column));
  const wanted = columns.map((column) => wantedWidth(state, column));
  const widths = shared(
    width - (columns.length - 1) * GAP,
    columns.map(({ minWidth }, at) => Math.min(minWidth, wanted[at] ?? 0)),
    wanted,
  );
  let left = MARK_WIDTH;
  return columns.map((column, at) => {
    const placed = { ...column, left, width: widths[at] ?? 0 };
    left += placed.width + GAP;
    return placed;
  });
}

/** Each has its least. Of the rest, columns that want little get all of it; the others have equal shares. */
function shared(width: number, least: readonly number[], wanted: readonly number[]): number[] {
  const given = [...least];
  let rest = least.reduce((room, one) => room - one, width);
  const ascending = wanted.map((want, at) => ({ more: want - (least[at] ?? 0), at })).sort((a, b) => a.more - b.more);
  for (const [nth, { more, at }] of ascending.entries()) {
    const share = Math.min(more, Math.floor(rest / (wanted.length - nth)));
    given[at] = (given[at] ?? 0) + share;
    rest -= share;
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
  return longest.memoize(`${view} ${name}`, [list, glyphs], () => {
    let width = widthOf(title);
    const step = Math.ceil(list.lines.length / MAX_MEASURED);
    for (let at = 0; at < list.lines.length; at += step) {
      const text = itemAt(list, at)?.cell(name, { glyphs, now }).text ?? '';
      width = Math.max(width, widthOf(escaped(text, glyphs)));
    }
    return width;
  });
}
