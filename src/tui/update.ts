import { printable } from '../base/text.js';
import type { Counters, CountersByInode } from '../kernel/sockets/table_poller.js';
import type { Change } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Claim } from '../verdict/claim.js';
import { listed } from '../verdict/text/format.js';
import { endpointOf } from '../verdict/text/sentences.js';
import type { WatchUpdate } from '../watch/watcher.js';
import { withAnswersOf } from './answers.js';
import { itemsOf, socketWith } from './list.js';
import { markChanges, withoutExpired } from './marks.js';
import { noticeOf } from './notice.js';
import { timelineOf } from './saved_events.js';
import type { Data, Source, State } from './state.js';
import { withChange, withListeners } from './timeline.js';

/* How the data on the screen changes over time. Pure; call `clampSelection` before the result is shown. */

const MESSAGE_MS = 8_000;

/** What a watcher reports, or how far a recording is read. */
export type Update = WatchUpdate | { readonly kind: 'source'; readonly source: Source };

export function applyUpdate(state: State, update: Update): State {
  if (update.kind === 'source') return { ...state, source: update.source };
  const data = update.kind === 'snapshot' ? withSnapshot(state, update.document) : withEvent(state, update.change);
  const isFirst = state.data.document === null && data.document !== null;
  const notice = isFirst ? noticeOf(data.document, data.started, state.source) : state.notice;
  return { ...state, data, notice };
}

function withSnapshot({ data, now }: State, document: SnapshotDocument): Data {
  if (data.document === null) return { ...data, ...recorded(document), document };
  const timeline = withListeners(data.timeline, (id) => socketWith(document, id));
  return withMarks({ ...data, document: withAnswersOf(data.probed, document), timeline }, data, now);
}

/** What a snapshot has of events. */
function recorded(document: SnapshotDocument): Partial<Data> {
  if (document.events === undefined) return {};
  const started = document.events.findLast(({ event }) => event === 'started');
  return { timeline: timelineOf(document), started: started?.event === 'started' ? started : null };
}

function withEvent({ data, now }: State, change: Change): Data {
  const timeline = withChange(data.timeline, change, now, (id) => socketWith(data.document, id));
  return change.event === 'started' ? { ...data, timeline, started: change } : { ...data, timeline };
}

/** The same listeners and verdicts with the queues as they are now; no verdict depends on them. */
export function withCounters(state: State, counters: CountersByInode): State {
  const { document } = state.data;
  if (document === null) return state;
  let isChanged = false;
  const sockets = document.sockets.map((socket) => {
    const now = socket.netns === document.node.netns ? counters.get(socket.inode) : undefined;
    if (now === undefined || areEqual(socket, now)) return socket;
    isChanged = true;
    return { ...socket, ...now };
  });
  return isChanged ? { ...state, data: { ...state.data, document: { ...document, sockets } } } : state;
}

function areEqual({ backlog, drops }: Counters, now: Counters): boolean {
  return backlog?.current === now.backlog?.current && backlog?.max === now.backlog?.max && drops === now.drops;
}

/** Marks what differs from the data before. */
function withMarks(data: Data, before: Data, now: number): Data {
  const isSame =
    data.document?.sockets === before.document?.sockets && data.document?.findings === before.document?.findings;
  if (isSame) return data;
  let { marks } = data;
  for (const view of ['page', 'listeners'] as const) {
    marks = markChanges(marks, itemsOf(before, view), itemsOf(data, view), now);
  }
  return { ...data, marks };
}

/** Marks what changed during the pause. */
export function resume(state: State): State {
  const { data, paused, now } = state;
  return paused === null ? state : { ...state, paused: null, data: withMarks(data, paused.data, now) };
}

/** Moves the clock on: marks and messages expire. */
export function tick(state: State, now: number): State {
  const message = state.message !== null && state.message.until <= now ? null : state.message;
  return { ...state, now, data: { ...state.data, marks: withoutExpired(state.data.marks, now) }, message };
}

export function readingText({ paused }: State): string {
  return paused === null ? 'reading everything again' : 'reading everything again; p shows it, after the pause';
}

/** What listeners answered, and in a message which of them did not hold to the page. A pause does not hide it: it was asked for. */
export function withAnswers(state: State, probed: SnapshotDocument): State {
  const { claims = [] } = probed;
  const { paused } = state;
  const answer = (data: Data): Data => {
    const document = data.document === null ? null : withAnswersOf(probed, data.document);
    return { ...data, probed, document };
  };
  const data = answer(state.data);
  const answered = { ...state, data, paused: paused === null ? null : { ...paused, data: answer(paused.data) } };
  if (claims.length === 0) {
    const isUnseen = probed.findings.some(({ verdict, sockets }) => verdict === 'unverified' && sockets.length > 0);
    const why = isUnseen ? 'which listeners are those of the page is unknown' : 'no service of the page listens here';
    return showMessage(answered, `nothing to probe: ${why}`, true);
  }
  const details = 'Enter on a row shows its own';
  const marked = `${state.glyphs.brokenClaim} marks the rows; ${details}`;
  for (const result of ['broken', 'unverified'] as const) {
    const found = claims.filter((claim) => claim.result === result);
    if (found.length === 0) continue;
    const count = `${found.length} of ${claims.length} claims of the page ${found.length === 1 ? 'is' : 'are'} ${result}`;
    return showMessage(
      answered,
      `${count}: ${listed(found.map(placeOf), ', ')}; ${result === 'broken' ? marked : details}`,
      true,
    );
  }
  return showMessage(answered, `all ${claims.length} claims of the page hold; ${details}`, false);
}

function placeOf({ row, endpoint }: Claim): string {
  return printable(`${row.service} ${endpoint ?? endpointOf(row)}`);
}

export function showMessage(state: State, text: string, isError: boolean): State {
  return { ...state, message: { text, isError, until: state.now + MESSAGE_MS } };
}
