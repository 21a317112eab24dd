import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Change } from '../watch/changes/change.js';
import { ownerKey } from './facts.js';
import type { Glyphs } from './glyphs.js';
import { layoutOf } from './layout.js';
import { itemAt, itemsOf, listOf, moveTo, settled, socketWith } from './list.js';
import { marked, unexpired } from './marks.js';
import { noticeOf } from './notice.js';
import { type Data, type ListState, type State, shownData } from './state.js';
import { withChange, withListeners } from './timeline.js';
import { VIEWS, type ViewName } from './view.js';

/** What a source tells: a change, or all that was seen when the tables were read. */
export type Update =
  | { readonly kind: 'change'; readonly change: Change }
  | { readonly kind: 'look'; readonly document: SnapshotDocument };

/** How long a message stands in the footer, in milliseconds. */
const MESSAGE_MS = 8_000;

/** The state after something was learned about the node; `settle` is due before it is shown. Pure. */
export function learned(state: State, update: Update): State {
  const data = update.kind === 'look' ? withLook(state, update.document) : withEvent(state, update.change);
  // The notice is made once, with the first look.
  const isFirst = state.data.document === null && data.document !== null;
  const notice = isFirst ? noticeOf(data.document, data.started, state.source) : state.notice;
  return { ...state, data, notice };
}

function withLook({ data, now }: State, document: SnapshotDocument): Data {
  if (data.document === null) return { ...data, document };
  const timeline = withListeners(data.timeline, (id) => socketWith(document, id));
  const after = { ...data, document, timeline };
  return isSameNode(data.document, document) ? after : withMarks(after, data, now);
}

/** Whether two looks show the same: most do, and then nothing has to be put beside each other thing by thing. */
function isSameNode(before: SnapshotDocument, after: SnapshotDocument): boolean {
  const { sockets, findings } = before;
  if (sockets === after.sockets && findings === after.findings) return true;
  return (
    sockets.length === after.sockets.length &&
    findings.length === after.findings.length &&
    findings.every(({ verdict, message }, at) => {
      const now = after.findings[at];
      return verdict === now?.verdict && message === now.message;
    }) &&
    sockets.every(({ id, owners }, at) => {
      const now = after.sockets[at];
      return id === now?.id && owners.map(ownerKey).join() === now.owners.map(ownerKey).join();
    })
  );
}

/** The data with marks for what is different from before. */
function withMarks(data: Data, before: Data, now: number): Data {
  let { marks } = data;
  for (const view of ['spec', 'listeners'] as const) {
    marks = marked(marks, itemsOf(before, view), itemsOf(data, view), now);
  }
  return { ...data, marks };
}

/** The state after a pause: what changed meanwhile is marked as if it changed now. */
export function resumed(state: State, before: Data): State {
  return { ...state, paused: null, data: withMarks(state.data, before, state.now) };
}

function withEvent({ data, now }: State, change: Change): Data {
  const timeline = withChange(data.timeline, change, now, (id) => socketWith(data.document, id));
  return change.event === 'started' ? { ...data, timeline, started: change } : { ...data, timeline };
}

/** The state at a later moment: marks and messages expire. `settle` is due before it is shown. */
export function later(state: State, now: number): State {
  const message = state.message !== null && state.message.until <= now ? null : state.message;
  const data = withoutExpired(state.data, now);
  const paused = state.paused === null ? null : withoutExpired(state.paused, now);
  return { ...state, now, data, paused, message };
}

function withoutExpired(data: Data, now: number): Data {
  const marks = unexpired(data.marks, now);
  return marks === data.marks ? data : { ...data, marks };
}

export function told(state: State, text: string, isError: boolean): State {
  return { ...state, message: { text, isError, until: state.now + MESSAGE_MS } };
}

/** Positions put right after whatever changed: with the things that were selected, and within the screen. */
export function settle(state: State, glyphs: Glyphs): State {
  const { height } = layoutOf(state, glyphs).list;
  const { view } = state;
  const list = listOf(state);
  const position = state.lists[view];
  // Whoever has not moved away from the newest event wants to see the next one.
  const follows = view === 'events' && position.key === null;
  const next = follows
    ? { ...moveTo(list, position, 0, 1, height), key: null, place: null }
    : settled(list, position, height);
  return withList({ ...state, detail: refreshed(state) }, view, next);
}

function refreshed(state: State): State['detail'] {
  const { detail } = state;
  if (detail === null) return null;
  const data = shownData(state);
  const view = VIEWS.find((one) => VIEW_OF[detail.item.subject.kind] === one) ?? 'spec';
  const items = itemsOf(data, view);
  const { key, place } = detail.item;
  const item = items.find((one) => one.key === key) ?? items.find((one) => one.place === place);
  return item === undefined ? { ...detail, gone: true } : { ...detail, item, gone: false };
}

const VIEW_OF = { finding: 'spec', socket: 'listeners', entry: 'events' } as const;

export function withList(state: State, view: ViewName, changes: Partial<ListState>): State {
  return { ...state, lists: { ...state.lists, [view]: { ...state.lists[view], ...changes } } };
}

/** The selection moved onto a line, or the nearest one that can be selected. */
export function moved(state: State, at: number, direction: 1 | -1, glyphs: Glyphs): State {
  const list = listOf(state);
  const position = moveTo(list, state.lists[state.view], at, direction, layoutOf(state, glyphs).list.height);
  const isNewest = state.view === 'events' && position.at === 0 && state.lists.events.sort === 0;
  return withList(state, state.view, isNewest ? { ...position, key: null, place: null } : position);
}

/** The thing that is selected; null where the list is empty. */
export function selectedItem(state: State) {
  return itemAt(listOf(state), state.lists[state.view].at);
}
