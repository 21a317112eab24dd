import { layoutOf } from './layout.js';
import type { State } from './state.js';
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
  // Each column grows in proportion to what it can use.
  const wanted = columns.reduce((sum, { minWidth, maxWidth }) => sum + maxWidth - minWidth, 0);
  const share = wanted === 0 ? 0 : Math.min(1, (width - used) / wanted);
  let left = MARK_WIDTH;
  return columns.map((column) => {
    const { minWidth, maxWidth } = column;
    const placed = { ...column, left, width: minWidth + Math.floor((maxWidth - minWidth) * share) };
    left += placed.width + GAP;
    return placed;
  });
}
