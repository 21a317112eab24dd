import { columnsOf } from './columns.js';
import { reverseSort, scrollBy, sortBy, switchView, toggleDetails } from './handle_key.js';
import { layoutOf } from './layout.js';
import { tabAt } from './render/header.js';
import { followSelection, moveSelection } from './selection.js';
import type { State } from './state.js';
import { VIEWS } from './view.js';

export interface MouseEvent {
  readonly kind: 'press' | 'wheel-up' | 'wheel-down';
  /** From 0. */
  readonly column: number;
  readonly line: number;
}

const WHEEL_LINES = 3;

/**
 * A click on a line selects it, a second one opens its details; a click on a column title sorts, one on a tab switches views.
 * Pure. Expects a clamped state; call `clampSelection` before the result is shown.
 */
export function handleMouse(before: State, mouse: MouseEvent): State {
  const layout = layoutOf(before);
  if (layout.tooSmall || before.typing) return before;
  const state = { ...before, notice: null };
  if (mouse.kind !== 'press') return scrollBy(state, mouse.kind === 'wheel-up' ? -WHEEL_LINES : WHEEL_LINES);
  if (mouse.line === layout.tabs) {
    const view = tabAt(mouse.column);
    return view === null ? before : switchView(state, view);
  }
  const { list, details } = layout;
  if (state.help !== null || mouse.column >= list.width || details?.left === 0) return before;
  if (mouse.line === list.top - 1) return sortByTitle(state, mouse.column);
  const row = mouse.line - list.top;
  if (row < 0 || row >= list.height) return before;
  const { line, top } = state.lists[state.view];
  if (top + row === line) return toggleDetails(state);
  return followSelection(moveSelection(state, top + row, 1));
}

/** A second click on the same title reverses the order. */
function sortByTitle(state: State, clicked: number): State {
  const column = columnsOf(state).find(({ left, width }) => clicked >= left && clicked < left + width);
  const sort = VIEWS[state.view].sortKeys.indexOf(column?.name ?? '');
  if (sort < 0) return state;
  return state.lists[state.view].sort === sort ? reverseSort(state) : sortBy(state, sort);
}
