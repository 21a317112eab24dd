import type { Key } from './keys.js';
import { layoutOf } from './layout.js';
import { listOf } from './list.js';
import { detailLines } from './render/details.js';
import { helpLines } from './render/help.js';
import { clampSelection, followSelection, moveSelection, selectedItem } from './selection.js';
import { FIRST_LINE, type State, shownData, withList } from './state.js';
import { resume, showMessage } from './update.js';
import { type SortOrder, VIEW_NAMES, VIEWS, type ViewName } from './view.js';

/** What a key asks for besides a new state. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'read-again' }
  | { readonly kind: 'save' }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'action'; readonly key: string };

export interface KeyResult {
  readonly state: State;
  readonly effect: Effect | null;
}

/** Pure. Expects a clamped state; call `clampSelection` before the result is shown. */
export function handleKey(before: State, key: Key): KeyResult {
  const state = { ...before, notice: null };
  if (key.name === 'C-c') return { state, effect: { kind: 'quit' } };
  if (key.name === 'C-l') return { state, effect: { kind: 'repaint' } };
  if (state.typing) return { state: typeFilter(state, key), effect: null };
  const refusal = state.source.kind === 'recording' ? LIVE_KEYS[key.name] : undefined;
  if (refusal !== undefined) return { state: showMessage(state, refusal, true), effect: null };
  const effect = effectOf(state, key);
  return { state: effect === null ? navigate(state, key.name) : state, effect };
}

/** What to say if they are used in a recording. */
const LIVE_KEYS: Readonly<Record<string, string>> = {
  r: 'a recording cannot be read again',
  p: 'a recording cannot be paused',
};

function effectOf(state: State, { name }: Key): Effect | null {
  switch (name) {
    case 'q':
      return { kind: 'quit' };
    case 'r':
      return { kind: 'read-again' };
    case 'w':
      return { kind: 'save' };
    default:
      return state.actions.some(({ key }) => key === name) ? { kind: 'action', key: name } : null;
  }
}

/** While a filter is typed, letters belong to it; the arrow keys still move the cursor. */
function typeFilter(state: State, { name, character }: Key): State {
  switch (name) {
    case 'return':
      return { ...state, typing: false };
    case 'escape':
      return { ...state, typing: false, filter: '' };
    case 'backspace':
      return { ...state, filter: Array.from(state.filter).slice(0, -1).join('') };
    case 'C-u':
      return { ...state, filter: '' };
    case 'up':
    case 'down':
    case 'pageup':
    case 'pagedown':
      return scroll(state, name);
    default:
      return character === null ? state : { ...state, filter: state.filter + character };
  }
}

function navigate(state: State, name: string): State {
  const { view, help, paused } = state;
  switch (name) {
    case '?':
      return { ...state, help: help === null ? 0 : null };
    case 'escape':
      return closeTop(state);
    case 'return':
      return help === null ? toggleDetails(state) : { ...state, help: null };
    case '/':
      return { ...state, typing: true, help: null, details: null };
    case 'f':
      return followSelection(clampSelection({ ...state, faultsOnly: !state.faultsOnly }));
    case 'p':
      return paused === null ? { ...state, paused: { since: state.now, data: state.data } } : resume(state);
    case 's':
      return sortBy(state, (state.lists[view].sort + 1) % VIEWS[view].sortKeys.length);
    case 'o':
      return reverseSort(state);
    case 'tab':
    case 'S-tab':
      return switchView(state, nextView(view, name === 'tab' ? 1 : -1));
    case '1':
    case '2':
    case '3':
      return switchView(state, VIEW_NAMES[Number(name) - 1] ?? view);
    default:
      return scroll(state, name);
  }
}

function closeTop(state: State): State {
  if (state.help !== null) return { ...state, help: null };
  return state.details !== null ? { ...state, details: null } : { ...state, filter: '' };
}

export function toggleDetails(state: State): State {
  if (state.details !== null) return { ...state, details: null };
  const item = selectedItem(state);
  if (item === null) return state;
  const removed = shownData(state).marks.get(item.key)?.kind === 'removed';
  return { ...state, details: { item, removed, scroll: 0 } };
}

export function sortBy(state: State, sort: number): State {
  return setOrder(state, { sort, reversed: false });
}

export function reverseSort(state: State): State {
  return setOrder(state, { reversed: !state.lists[state.view].reversed });
}

/** The selected item stays selected. A cursor at the top stays at the top, to show what comes first in the new order. */
function setOrder(state: State, order: Partial<SortOrder>): State {
  const { lines } = listOf(state);
  const isAtTop = state.lists[state.view].line <= lines.findIndex(({ kind }) => kind === 'item');
  return followSelection(clampSelection(withList(state, state.view, isAtTop ? { ...order, ...FIRST_LINE } : order)));
}

export function switchView(state: State, view: ViewName): State {
  return { ...state, view, details: null, help: null };
}

function nextView(view: ViewName, by: 1 | -1): ViewName {
  return VIEW_NAMES[(VIEW_NAMES.indexOf(view) + by + VIEW_NAMES.length) % VIEW_NAMES.length] ?? view;
}

function scroll(state: State, name: string): State {
  const { details, list } = layoutOf(state);
  const by = scrollDistance(name, Math.max(1, (details ?? list).height - 1));
  return by === null ? state : scrollBy(state, by);
}

/** In lines; null for keys that do not scroll. */
function scrollDistance(name: string, page: number): number | null {
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

/** Scrolls the help or the details if they are open, else moves the cursor. */
export function scrollBy(state: State, by: number): State {
  const { details, help, lists, size, view } = state;
  const layout = layoutOf(state);
  const clamp = (line: number, last: number): number => Math.min(Math.max(line, 0), Math.max(0, last));
  if (help !== null) {
    const last = helpLines(state, size.width).length - layout.list.height - 1;
    return { ...state, help: clamp(help + by, last) };
  }
  if (details !== null && layout.details !== null) {
    const last = detailLines(state, layout.details.width).length - layout.details.height;
    return { ...state, details: { ...details, scroll: clamp(details.scroll + by, last) } };
  }
  return moveSelection(state, clamp(lists[view].line + by, listOf(state).lines.length - 1), by < 0 ? -1 : 1);
}
