import { columnsOf } from './columns.js';
import { handleKey, type KeyResult, reverseSort, sortBy, toggleDetails } from './handle_key.js';
import { showView } from './jump.js';
import { type Layout, layoutOf } from './layout.js';
import { footerKeyAt } from './render/footer.js';
import { tabAt, verdictFilterAt } from './render/header.js';
import { overlayOf } from './render/overlay.js';
import { scrollBy } from './scroll.js';
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
 * A click on a line selects it, a second one opens its details; a click on a column title sorts, one on a tab switches views, one on
 * a count of the summary filters by it, and one on the footer presses the key.
 * Pure. Expects a clamped state; call `clampSelection` before the result is shown.
 */
export function handleMouse(before: State, mouse: MouseEvent): KeyResult {
  const layout = layoutOf(before);
  const { kind, column, line } = mouse;
  if (layout.tooSmall || before.prompt !== null) return { state: before, effect: null };
  if (before.message !== null && before.copying === null && kind === 'press' && line === before.size.height - 1) {
    return { state: { ...before, message: null }, effect: null };
  }
  if (kind === 'press' && line === before.size.height - 1) {
    const name = footerKeyAt(before, layout, column);
    return name === null ? { state: before, effect: null } : handleKey(before, { name, character: null });
  }
  if (before.copying !== null) {
    if (kind !== 'press') return { state: before, effect: null };
    const menu = overlayOf(before, layout.overlay.height);
    // Elsewhere it closes: it is about the selected line.
    const name = menu[line - layout.overlay.bottom + menu.length]?.key ?? 'escape';
    return handleKey(before, { name, character: null });
  }
  return { state: clickOrScroll({ ...before, notice: null, message: null }, mouse, layout), effect: null };
}

function clickOrScroll(state: State, { kind, column, line }: MouseEvent, layout: Layout): State {
  if (kind !== 'press') return scrollBy(state, kind === 'wheel-up' ? -WHEEL_LINES : WHEEL_LINES);
  if (line === layout.tabs) {
    const view = tabAt(state, column);
    return view === null ? state : showView(state, view);
  }
  if (line === layout.tabs - 1) return filterByVerdict(state, column);
  const { list, details } = layout;
  if (state.help !== null || column >= list.width || details?.left === 0) return state;
  if (line === list.top - 1) return sortByTitle(state, column);
  const row = line - list.top;
  if (row < 0 || row >= list.height) return state;
  const position = state.lists[state.view];
  if (position.top + row === position.line) return toggleDetails(state);
  return followSelection(moveSelection(state, position.top + row, 1));
}

/** A second click clears the filter. */
function filterByVerdict(state: State, column: number): State {
  const filter = verdictFilterAt(state, column);
  if (filter === null) return state;
  return { ...showView(state, 'page'), filter: state.filter === filter ? '' : filter, faultsOnly: false };
}

/** A second click on the same title reverses the order. */
function sortByTitle(state: State, clicked: number): State {
  const column = columnsOf(state).find(({ left, width }) => clicked >= left && clicked < left + width);
  const sort = VIEWS[state.view].sortKeys.indexOf(column?.name ?? '');
  if (sort < 0) return state;
  return state.lists[state.view].sort === sort ? reverseSort(state) : sortBy(state, sort);
}
