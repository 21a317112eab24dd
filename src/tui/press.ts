import type { Glyphs } from './glyphs.js';
import type { Key } from './keys.js';
import { layoutOf } from './layout.js';
import { listOf } from './list.js';
import { type State, shownData } from './state.js';
import { moved, resumed, selectedItem, settle, told, withList } from './update.js';
import { type Order, VIEW, VIEWS, type ViewName } from './view.js';
import { detailLines } from './views/detail.js';
import { helpLines } from './views/help.js';

/** What a key asks for beyond the screen. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'read-again' }
  | { readonly kind: 'write' }
  | { readonly kind: 'action'; readonly key: string };

export interface Pressed {
  readonly state: State;
  readonly effect: Effect | null;
}

/** The state after a key, and what else is to be done. Pure. */
export function pressed(before: State, key: Key, glyphs: Glyphs): Pressed {
  const state = { ...before, notice: null };
  if (key.name === 'C-c') return { state, effect: { kind: 'quit' } };
  if (state.typing) return { state: typed(state, key, glyphs), effect: null };
  const effect = effectOf(state, key);
  if (effect?.kind === 'read-again' && state.source.kind === 'recording') {
    return { state: told(state, 'a recording cannot be read again', true), effect: null };
  }
  if (effect !== null) return { state, effect };
  return { state: settle(navigated(state, key, glyphs), glyphs), effect: null };
}

function effectOf(state: State, { name }: Key): Effect | null {
  switch (name) {
    case 'q':
      return { kind: 'quit' };
    case 'r':
      return { kind: 'read-again' };
    case 'w':
      return { kind: 'write' };
    default:
      return state.actions.some(({ key }) => key === name) ? { kind: 'action', key: name } : null;
  }
}

/** While a filter is typed, letters are letters; keys that move still move. */
function typed(state: State, { name, character }: Key, glyphs: Glyphs): State {
  switch (name) {
    case 'return':
      return settle({ ...state, typing: false }, glyphs);
    case 'escape':
      return settle({ ...state, typing: false, filter: '' }, glyphs);
    case 'backspace':
      return settle({ ...state, filter: Array.from(state.filter).slice(0, -1).join('') }, glyphs);
    case 'C-u':
      return settle({ ...state, filter: '' }, glyphs);
    case 'up':
    case 'down':
    case 'pageup':
    case 'pagedown':
      return settle(step(state, name, glyphs), glyphs);
    default:
      return character === null ? state : settle({ ...state, filter: state.filter + character }, glyphs);
  }
}

function navigated(state: State, key: Key, glyphs: Glyphs): State {
  switch (key.name) {
    case '?':
      return { ...state, help: state.help === null ? 0 : null };
    case 'escape':
      return closed(state);
    case 'return':
      return state.help === null ? opened(state) : { ...state, help: null };
    case '/':
      return { ...state, typing: true, help: null, detail: null };
    case 'f':
      return { ...state, faultsOnly: !state.faultsOnly };
    case 'p':
      return state.paused === null ? { ...state, paused: state.data } : resumed(state, state.paused);
    case 's':
      return sortedBy(state, (state.lists[state.view].sort + 1) % VIEW[state.view].sorts.length);
    case 'o':
      return inOrder(state, { reversed: !state.lists[state.view].reversed });
    case 'tab':
    case 'S-tab':
      return switched(state, neighbour(state.view, key.name === 'tab' ? 1 : -1));
    case '1':
    case '2':
    case '3':
      return switched(state, VIEWS[Number(key.name) - 1] ?? state.view);
    default:
      return step(state, key.name, glyphs);
  }
}

function closed(state: State): State {
  if (state.help !== null) return { ...state, help: null };
  return state.detail !== null ? { ...state, detail: null } : { ...state, filter: '' };
}

function opened(state: State): State {
  if (state.detail !== null) return { ...state, detail: null };
  const item = selectedItem(state);
  if (item === null) return state;
  const ghost = shownData(state).marks.get(item.key)?.ghost ?? null;
  return { ...state, detail: { item, gone: ghost !== null, scroll: 0 } };
}

export function sortedBy(state: State, sort: number): State {
  return inOrder(state, { sort, reversed: false });
}

/** The thing that is selected stays so; whoever has not moved away from the first one wants to see what comes first now. */
export function inOrder(state: State, order: Partial<Order>): State {
  const { lines } = listOf(state);
  const isFirst = state.lists[state.view].at <= lines.findIndex(({ kind }) => kind === 'item');
  return withList(state, state.view, isFirst ? { ...order, key: null, place: null, at: 0, top: 0 } : order);
}

export function switched(state: State, view: ViewName): State {
  return { ...state, view, detail: null, help: null };
}

function neighbour(view: ViewName, by: 1 | -1): ViewName {
  return VIEWS[(VIEWS.indexOf(view) + by + VIEWS.length) % VIEWS.length] ?? view;
}

/** How far keys that move go, in lines; `page` is the height of what moves. */
function distance(name: string, page: number): number | null {
  switch (name) {
    case 'up':
    case 'k':
      return -1;
    case 'down':
    case 'j':
      return 1;
    case 'pageup':
    case 'C-b':
      return -page;
    case 'pagedown':
    case 'C-f':
    case ' ':
      return page;
    case 'g':
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'G':
    case 'end':
      return Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}

function step(state: State, name: string, glyphs: Glyphs): State {
  const layout = layoutOf(state, glyphs);
  const by = distance(name, Math.max(1, (layout.detail ?? layout.list).height - 1));
  return by === null ? state : scrolledBy(state, by, glyphs);
}

/** Moves the selection, or what is read where details are open. */
export function scrolledBy(state: State, by: number, glyphs: Glyphs): State {
  const { detail, view, lists } = state;
  const layout = layoutOf(state, glyphs);
  const scrolled = (from: number, lines: number, height: number): number =>
    Math.min(Math.max(from + by, 0), Math.max(0, lines - height));
  if (state.help !== null) {
    const { length } = helpLines(state, state.size.width, glyphs);
    return { ...state, help: scrolled(state.help, length, layout.list.height + 1) };
  }
  const pane = layout.detail;
  if (detail !== null && pane !== null) {
    const { length } = detailLines(state, pane.width, glyphs);
    return { ...state, detail: { ...detail, scroll: scrolled(detail.scroll, length, pane.height) } };
  }
  const last = listOf(state).lines.length - 1;
  const at = Math.min(Math.max(lists[view].at + by, 0), Math.max(0, last));
  return moved(state, at, by < 0 ? -1 : 1, glyphs);
}
