import type { Item } from './item.js';
import { layoutOf } from './layout.js';
import { itemAt, itemsOf, type List, lineOf, listOf } from './list.js';
import { FIRST_LINE, isGone, type Position, type State, shownData, withList } from './state.js';
import { type ViewName, WORST_FIRST } from './view.js';

/** null if the list is empty. */
export function selectedItem(state: State): Item | null {
  return itemAt(listOf(state), state.lists[state.view].line);
}

/** Adjusts cursor, scroll position and details to lists that may have changed, and to the size of the screen. */
export function clampSelection(state: State): State {
  const { height } = layoutOf(state).list;
  const { view } = state;
  const list = listOf(state);
  const position = state.lists[view];
  const next =
    position.key !== null
      ? reselect(list, position, height, view)
      : { ...moveTo(list, position, 0, 1, height), ...(followsFirst(state) && { key: null, endpoint: null }) };
  // The text below the list may need more lines for another item.
  const { height: left } = layoutOf(withList(state, view, next)).list;
  const fitting = left === height || next.line < next.top + left ? next : { ...next, top: next.line - left + 1 };
  const seenEvents = view === 'events' ? shownData(state).timeline.nextId : state.seenEvents;
  return withList({ ...state, seenEvents, details: refreshDetails(state) }, view, fitting);
}

/**
 * Until the cursor is moved, it stays on the first line of a list that starts with the worst row or the newest event. In other lists
 * the first line says nothing, and with details open the list must not go on to something else: there it stays on its item.
 */
function followsFirst({ view, lists, details }: State): boolean {
  const { sort, reversed } = lists[view];
  return details === null && !reversed && sort === FIRST_MATTERS[view];
}

/** The order in which the first line is what matters most. */
const FIRST_MATTERS: Readonly<Record<ViewName, number | null>> = { page: WORST_FIRST, listeners: null, events: 0 };

function refreshDetails(state: State): State['details'] {
  const { details } = state;
  if (details === null) return null;
  const { key, endpoint, subject } = details.item;
  const items = itemsOf(shownData(state), VIEW_OF_SUBJECT[subject.kind]);
  const item = items.find((one) => one.key === key) ?? items.find((one) => one.endpoint === endpoint);
  return item === undefined ? { ...details, removed: true } : { ...details, item, removed: false };
}

/** Shows details beside the list for the selected item, after the cursor has moved to another one. */
export function followSelection(state: State): State {
  const pane = layoutOf(state).details;
  return pane === null || pane.left === 0 ? state : detailSelected(state);
}

/** Details that are open become those of the selected item. */
export function detailSelected(state: State): State {
  const { details } = state;
  const item = selectedItem(state);
  if (details === null || item?.key === details.item.key) return state;
  return { ...state, details: item === null ? null : { item, removed: isGone(state, item), scroll: 0 } };
}

const VIEW_OF_SUBJECT: Readonly<Record<Item['subject']['kind'], ViewName>> = {
  finding: 'page',
  socket: 'listeners',
  event: 'events',
};

/** Moves the cursor to a line. From a heading it moves on in the given direction. */
export function moveSelection(state: State, line: number, direction: 1 | -1): State {
  const { view } = state;
  const position = moveTo(listOf(state), state.lists[view], line, direction, layoutOf(state).list.height);
  const isNewest = view === 'events' && position.line === 0 && followsFirst(state);
  return withList(state, view, isNewest ? { ...FIRST_LINE, top: position.top } : position);
}

/** The position on an item at or near a line, scrolled no further than needed. */
function moveTo(list: List, position: Position, line: number, direction: 1 | -1, height: number): Position {
  const found = nearestItem(list, line, direction);
  const item = found === null ? null : itemAt(list, found);
  // What was selected is selected again when the list has it.
  if (found === null || item === null) return { ...position, line: 0, top: 0 };
  return { key: item.key, endpoint: item.endpoint, line: found, top: scrollTo(list, position.top, found, height) };
}

/** Closes the details. A cursor that is on the newest event goes on following the newest. */
export function closeDetails(state: State): State {
  const closed = { ...state, details: null };
  return moveSelection(closed, state.lists[state.view].line, 1);
}

/**
 * Before a filter is dropped or details are opened: the cursor stays on its item. On the newest event of all, it goes on following
 * the newest.
 */
export function keepSelected(state: State): State {
  const item = selectedItem(state);
  const [newest] = shownData(state).timeline.entries;
  if (item === null || (item.subject.kind === 'event' && item.subject.entry === newest)) return state;
  return withList(state, state.view, { key: item.key, endpoint: item.endpoint });
}

function nearestItem(list: List, line: number, direction: 1 | -1): number | null {
  const last = list.lines.length - 1;
  const start = Math.min(Math.max(line, 0), last);
  for (const step of [direction, -direction]) {
    for (let at = start; at >= 0 && at <= last; at += step) if (itemAt(list, at) !== null) return at;
  }
  return null;
}

function scrollTo(list: List, top: number, line: number, height: number): number {
  // The heading above the first item of a group scrolls into view with it.
  const first = line > 0 && itemAt(list, line - 1) === null ? line - 1 : line;
  const rows = Math.max(1, height);
  const within = Math.min(Math.max(top, line - rows + 1), first);
  return Math.max(0, Math.min(within, list.lines.length - rows));
}

/**
 * Finds the selected item in a changed list and keeps it on the same screen line. If it was removed, selects the item at the
 * same endpoint, else the one on the same line.
 */
function reselect(list: List, position: Position, height: number, view: ViewName): Position {
  const { key, endpoint, line, top } = position;
  const found =
    (key === null ? null : lineOf(list, line, (item) => item.key === key)) ??
    (endpoint === null ? null : lineOf(list, line, (item) => item.endpoint === endpoint));
  if (found === null) return moveTo(list, position, line, 1, height);
  // What is new at the start of a list is seen; events come there all the time.
  const staysAtStart = top === 0 && view !== 'events';
  return moveTo(list, { ...position, top: staysAtStart ? 0 : top + found - line }, found, 1, height);
}
