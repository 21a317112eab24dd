import { aboutOf } from './about.js';
import { columnsOf, KEPT_COLUMNS } from './columns.js';
import { type CopyEntry, type CopyMenu, copyEntries } from './copy_menu.js';
import { pathWord } from './filter.js';
import type { Item } from './item.js';
import { goToSubject, showView } from './jump.js';
import type { Key } from './keys.js';
import { layoutOf } from './layout.js';
import { itemAt, listOf } from './list.js';
import { noticeOf } from './notice.js';
import { openPrompt } from './prompt.js';
import { scroll } from './scroll.js';
import {
  clampSelection,
  closeDetails,
  detailSelected,
  followSelection,
  keepSelected,
  moveSelection,
  selectedItem,
} from './selection.js';
import { FIRST_LINE, isGone, type State, shownData, withList } from './state.js';
import { typeKey } from './type_key.js';
import { resume, showMessage } from './update.js';
import { type SortOrder, shownBy, VIEW_NAMES, VIEWS, type ViewName } from './view.js';

/** What a key asks for besides a new state. */
export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'read-again' }
  | { readonly kind: 'probe' }
  | { readonly kind: 'save' }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'copy'; readonly entry: CopyEntry }
  | { readonly kind: 'mouse'; readonly isOn: boolean }
  | { readonly kind: 'action'; readonly key: string };

export interface KeyResult {
  readonly state: State;
  readonly effect: Effect | null;
}

/** Pure. Expects a clamped state; call `clampSelection` before the result is shown. */
export function handleKey(before: State, key: Key): KeyResult {
  const { state, effect } = keyResult({ ...before, notice: null, message: null }, key);
  // Details beside the list are of the line that the cursor is on, however it came there.
  return { state: state.details === null ? state : followSelection(clampSelection(state)), effect };
}

function keyResult(state: State, key: Key): KeyResult {
  const effect = EFFECTS[key.name];
  if (effect !== undefined) return { state, effect };
  if (key.name === 'return' && isQuit(state.prompt)) return { state, effect: { kind: 'quit' } };
  if (state.prompt !== null) return { state: typeKey(state, state.prompt, key), effect: null };
  if (state.copying !== null) return chooseCopy(state, state.copying, key);
  const refusal = state.source.kind === 'recording' ? LIVE_KEYS[key.name] : undefined;
  if (refusal !== undefined) return { state: showMessage(state, refusal, true), effect: null };
  if (key.name === 'm') return toggleMouse(state);
  const asked = effectOf(state, key);
  return { state: asked === null ? navigate(state, key.name) : state, effect: asked };
}

/** As in vi. */
function isQuit(prompt: State['prompt']): boolean {
  return prompt?.kind === 'jump' && /^q(uit)?!?$/.test(prompt.text);
}

/** They work at all times, also while something is typed. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  'C-c': { kind: 'quit' },
  'C-l': { kind: 'repaint' },
  'C-z': { kind: 'suspend' },
};

/** What to say if they are used in a recording. */
const LIVE_KEYS: Readonly<Record<string, string>> = {
  r: 'a recording cannot be read again',
  a: 'a recording cannot be probed',
  p: 'a recording cannot be paused',
};

/** What `q` closes: it quits from a list. */
function isOpen(state: State): boolean {
  const { help, details, back } = state;
  return !layoutOf(state).tooSmall && (help !== null || details !== null || back !== null);
}

function effectOf(state: State, { name }: Key): Effect | null {
  switch (name) {
    case 'q':
      return isOpen(state) ? null : { kind: 'quit' };
    case 'r':
      return { kind: 'read-again' };
    case 'a':
      return { kind: 'probe' };
    case 'w':
      return { kind: 'save' };
    default:
      return state.actions.some(({ key }) => key === name) ? { kind: 'action', key: name } : null;
  }
}

/** A digit chooses, and Enter takes the line that the arrows went to; keys that mean nothing here leave the menu open. */
function chooseCopy(state: State, { entries, at }: CopyMenu, { name }: Key): KeyResult {
  const closed = { ...state, copying: null };
  const to = (line: number): KeyResult => {
    const copying = { entries, at: (line + entries.length) % entries.length };
    return { state: { ...state, copying }, effect: null };
  };
  switch (name) {
    case 'escape':
    case 'q':
    case 'c':
      return { state: closed, effect: null };
    case 'down':
    case 'j':
      return to(at + 1);
    case 'up':
    case 'k':
      return to(at - 1);
    default: {
      const entry = entries[name === 'return' ? at : Number(name) - 1];
      return entry === undefined ? { state, effect: null } : { state: closed, effect: { kind: 'copy', entry } };
    }
  }
}

function toggleMouse(state: State): KeyResult {
  const isOn = !state.hasMouse;
  const text = isOn ? 'the mouse selects rows again' : 'the mouse selects text, as in any terminal; m: rows again';
  return { state: showMessage({ ...state, hasMouse: isOn }, text, false), effect: { kind: 'mouse', isOn } };
}

function showNotice(state: State): State {
  const { document, started } = shownData(state);
  const notice = noticeOf(document, started, state.source);
  if (notice !== null) return { ...state, notice };
  const isLive = state.source.kind === 'live';
  return showMessage(state, `all sources were read${isLive ? ', and no event is missed' : ''}`, false);
}

function navigate(state: State, name: string): State {
  const { view, help, paused, filter } = state;
  switch (name) {
    case '?':
    case 'f1':
      return { ...state, help: help === null ? 0 : null };
    case 'i':
      return showNotice(state);
    case 'escape':
    case 'q':
      return closeTop(state);
    case 'return':
      return help === null ? openItem(state) : { ...state, help: null };
    case '/':
      return { ...state, prompt: openPrompt('filter', filter), help: null, details: null };
    case ':':
      return { ...state, prompt: openPrompt('jump', ''), help: null };
    case 'f':
      return { ...keepSelected(state), faultsOnly: !state.faultsOnly };
    case 'p':
      return paused === null ? { ...state, paused: { since: state.now, data: state.data } } : resume(state);
    case 's':
      return sortBy(state, nextSort(state));
    case 'S':
      return reverseSort(state);
    case 'c':
      return openCopyMenu(state);
    case 'e':
      return showEvents(state);
    case ' ':
      return togglePin(state);
    case 'n':
      return nextFault(state, 1);
    case 'N':
      return nextFault(state, -1);
    case 'left':
    case 'h':
      return shiftColumns(state, -1);
    case 'right':
    case 'l':
      return shiftColumns(state, 1);
    case 'tab':
    case 'S-tab':
      return showView(state, nextView(view, name === 'tab' ? 1 : -1));
    case '1':
    case '2':
    case '3':
      return showView(state, VIEW_NAMES[Number(name) - 1] ?? view);
    default:
      return scroll(state, name) ?? showMessage(state, `${name} does nothing; ? lists the keys`, false);
  }
}

/** The one whose details are open, else the selected one. */
function shownItem(state: State): Item | null {
  return state.details?.item ?? selectedItem(state);
}

function openCopyMenu(state: State): State {
  const item = shownItem(state);
  if (item === null) return state;
  const removed = state.details?.removed ?? isGone(state, item);
  return { ...state, copying: { entries: copyEntries(item, removed), at: 0 }, help: null };
}

/** The events of the selected line: those of its port or path. Esc goes back. */
function showEvents(state: State): State {
  const item = shownItem(state);
  if (item === null || item.subject.kind === 'event') return state;
  const { ports, paths } = aboutOf(item.subject);
  const words = [...new Set(ports.map((port) => `port:${port}`)), ...new Set(paths.map(pathWord))];
  const { view, filter, faultsOnly, details } = state;
  const back = { view, filter, faultsOnly, details };
  return { ...showView(state, 'events'), filter: words.join('|'), faultsOnly: false, back };
}

function togglePin(state: State): State {
  const item = shownItem(state);
  if (item === null) return state;
  const pinned = new Set(state.pinned);
  if (!pinned.delete(item.key)) pinned.add(item.key);
  return { ...state, pinned };
}

function nextFault(state: State, step: 1 | -1): State {
  const list = listOf(state);
  const { line } = state.lists[state.view];
  const count = list.lines.length;
  // After the last fault comes the first.
  for (let by = 1; by < count; by += 1) {
    const at = (line + step * by + count) % count;
    if (itemAt(list, at)?.isFault === true) return detailSelected(moveSelection({ ...state, help: null }, at, step));
  }
  const other = itemAt(list, line)?.isFault === true ? 'other ' : '';
  return showMessage(state, `no ${other}fault in this list`, false);
}

function shiftColumns(state: State, by: 1 | -1): State {
  const { view, lists } = state;
  const last = VIEWS[view].columns.length - KEPT_COLUMNS - 1;
  return withList(state, view, { shift: Math.min(Math.max(lists[view].shift + by, 0), last) });
}

function closeTop(state: State): State {
  if (state.help !== null) return { ...state, help: null };
  if (state.details !== null) return closeDetails(state);
  return state.back === null ? { ...keepSelected(state), filter: '' } : { ...state, ...state.back, back: null };
}

/** Opens the details of the selected line, or closes them; from those of an event it goes to what happened there. */
function openItem(state: State): State {
  const { details } = state;
  if (details?.item.subject.kind !== 'event') return toggleDetails(state);
  return goToSubject(state, details.item) ?? closeDetails(state);
}

export function toggleDetails(state: State): State {
  if (state.details !== null) return closeDetails(state);
  const item = selectedItem(state);
  if (item === null) return state;
  return { ...keepSelected(state), details: { item, removed: isGone(state, item), scroll: 0 } };
}

/** The next key in the order of the columns; only what the columns on the screen show. */
function nextSort(state: State): number {
  const { sortKeys } = VIEWS[state.view];
  const shown = new Set(columnsOf(state).map(({ name }) => name));
  const { sort } = state.lists[state.view];
  for (let at = sort + 1; at < sortKeys.length; at += 1) if (shown.has(shownBy(sortKeys[at] ?? ''))) return at;
  return 0;
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
  const isAtTop = state.lists[state.view].line <= lines.findIndex((line) => typeof line === 'object');
  return withList(state, state.view, isAtTop ? { ...order, ...FIRST_LINE } : order);
}

function nextView(view: ViewName, by: 1 | -1): ViewName {
  return VIEW_NAMES[(VIEW_NAMES.indexOf(view) + by + VIEW_NAMES.length) % VIEW_NAMES.length] ?? view;
}
