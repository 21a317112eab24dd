import type { Glyphs } from './glyphs.js';
import { layoutOf } from './layout.js';
import { inOrder, pressed, scrolledBy, sortedBy, switched } from './press.js';
import type { State } from './state.js';
import { moved, selectedItem, settle } from './update.js';
import { VIEW } from './view.js';
import { tabAt } from './views/header.js';
import { columnsOf } from './views/list_view.js';

export interface Mouse {
  readonly kind: 'press' | 'wheel-up' | 'wheel-down';
  /** From 0. */
  readonly column: number;
  readonly line: number;
}

const WHEEL_LINES = 3;

/** The state after the mouse: a line is selected, and opened once it is; a title sorts, a tab shows its view. Pure. */
export function clicked(state: State, mouse: Mouse, glyphs: Glyphs): State {
  const layout = layoutOf(state, glyphs);
  if (layout.tooSmall || state.typing) return state;
  if (mouse.kind !== 'press') {
    const by = mouse.kind === 'wheel-up' ? -WHEEL_LINES : WHEEL_LINES;
    return settle(scrolledBy({ ...state, notice: null }, by, glyphs), glyphs);
  }
  const calm = { ...state, notice: null };
  if (mouse.line === layout.tabs) {
    const view = tabAt(mouse.column);
    return view === null ? state : settle(switched(calm, view), glyphs);
  }
  const { list } = layout;
  if (state.help !== null || mouse.column >= list.width || layout.detail?.left === 0) return state;
  if (mouse.line === list.top - 1) return settle(sortedByTitle(calm, mouse.column, list.width), glyphs);
  const within = mouse.line - list.top;
  if (within < 0 || within >= list.height) return state;
  const { at, top } = state.lists[state.view];
  if (top + within === at) return pressed(state, { name: 'return', character: null }, glyphs).state;
  const selected = settle(moved(calm, top + within, 1, glyphs), glyphs);
  // Details that stand beside the list follow the selection.
  const item = selectedItem(selected);
  return state.detail === null || item === null ? selected : { ...selected, detail: { item, gone: false, scroll: 0 } };
}

/** A second click on a title turns the order round. */
function sortedByTitle(state: State, column: number, width: number): State {
  const title = columnsOf(state, width).find(({ left, width: wide }) => column >= left && column < left + wide);
  const sort = VIEW[state.view].sorts.indexOf(title?.name ?? '');
  if (sort < 0) return state;
  const list = state.lists[state.view];
  return list.sort === sort ? inOrder(state, { reversed: !list.reversed }) : sortedBy(state, sort);
}
