import { brokenStyle } from '../cells.js';
import { columnsOf, MARK_WIDTH, type PlacedColumn } from '../columns.js';
import { fieldsHint, filterProblem } from '../filter.js';
import { brokenClaims } from '../finding_item.js';
import type { Item } from '../item.js';
import type { Layout } from '../layout.js';
import { type Line, type Segment, type Style, segment } from '../line.js';
import { listOf } from '../list.js';
import { MAX_MARK_AGE_MS, type Mark } from '../marks.js';
import { waitingText } from '../notice.js';
import { eventsWaiting, type State, shownData, shownTime } from '../state.js';
import { clockText, escaped, fit, widthOf } from '../text.js';
import { VIEWS } from '../view.js';
import { fitSegments, truncateSegments } from './segments.js';

/** The column titles and the visible lines of the list; only those are rendered. */
export function listLines(state: State, { list: { width, height } }: Layout): Line[] {
  const { glyphs } = state;
  const columns = columnsOf(state);
  const { top, line } = state.lists[state.view];
  const visible = listOf(state).lines.slice(top, top + height);
  const rows = visible.map((one, index): Line => {
    if (typeof one === 'string') {
      return truncateSegments([segment(`${glyphs.rule}${glyphs.rule} ${one}`, 'accent')], width, glyphs);
    }
    const row = rowLine(state, one, columns);
    const isSelected = top + index === line;
    return isSelected ? fitSegments(row.map(select), width, glyphs) : row;
  });
  const text = hasOnlyPinned(state)
    ? nothingElseText(state)
    : visible.length === 0
      ? emptyListText(state)
      : quietText(state);
  const remark = text === null ? [] : [truncateSegments([segment(`  ${text}`, 'dim')], width, glyphs)];
  return [titleLine(state, columns), ...rows, ...remark].slice(0, height + 1);
}

function select(segment: Segment): Segment {
  return { ...segment, selected: true };
}

function titleLine({ view, lists, glyphs }: State, columns: readonly PlacedColumn[]): Line {
  const { sort, reversed } = lists[view];
  const sortedBy = sort === 0 ? null : VIEWS[view].sortKeys[sort];
  const titles = columns.map(({ name, title, left, width, align }) => {
    const arrow = name === sortedBy ? (reversed ? glyphs.sortedReversed : glyphs.sorted) : '';
    return segment(gapBefore(left) + fit(`${title}${arrow}`, width, glyphs, align), 'bold');
  });
  return [segment(' '.repeat(MARK_WIDTH)), ...titles];
}

function rowLine(state: State, item: Item, columns: readonly PlacedColumn[]): Line {
  const { glyphs } = state;
  const mark = markOf(item, state);
  const context = { now: shownTime(state), glyphs, timeline: shownData(state).timeline };
  const cells = columns.map(({ name, left, width, align, cut }) => {
    const { text, brief, style } = item.cell(name, context);
    const shown = brief !== undefined && widthOf(escaped(text, glyphs)) > width ? brief : text;
    return segment(gapBefore(left) + fit(shown, width, glyphs, align, cut), markedStyle(style, mark));
  });
  return [...markSegments(item, mark, state), ...cells];
}

function gapBefore(left: number): string {
  return left > MARK_WIDTH ? ' ' : '';
}

type MarkKind = Mark['kind'] | null;

function markOf({ key, subject }: Item, state: State): MarkKind {
  // Events can arrive by the thousand, so their own time serves as the mark.
  if (subject.kind === 'event') return shownTime(state) - subject.entry.reportedAt < MAX_MARK_AGE_MS ? 'added' : null;
  return shownData(state).marks.get(key)?.kind ?? null;
}

function markedStyle(style: Style, mark: MarkKind): Style {
  if (mark === 'removed') return 'dim';
  return mark !== null && (style === 'plain' || style === 'dim') ? 'bold' : style;
}

/** How the item has changed, else whether claims about it are broken; and whether it is pinned. */
function markSegments({ key, subject }: Item, mark: MarkKind, { glyphs, pinned }: State): Segment[] {
  const pin = pinned.has(key) ? glyphs.pin : ' ';
  if (mark !== null) return [segment(`${glyphs.change[mark]}${pin}`, 'inverse')];
  const broken = brokenClaims(subject);
  const sign = broken.length === 0 ? segment(' ') : segment(glyphs.brokenClaim, brokenStyle(broken));
  return [sign, segment(pin, 'accent')];
}

/** Says why a list is empty, so that it is not mistaken for a healthy node. */
function emptyListText(state: State): string {
  const { document } = shownData(state);
  const waiting = state.view === 'events' ? eventsWaiting(state) : 0;
  if (waiting > 0) return `none shown; ${waiting} ${waiting === 1 ? 'waits' : 'wait'}, p resumes`;
  const since = state.view === 'events' ? sinceText(state) : '';
  if (state.back !== null) return `no events at this address${since}`;
  if (state.filter !== '') {
    if (/\bclaim:/.test(state.filter) && document?.claims === undefined) return notProbed(state);
    const problem =
      filterProblem(state.filter) ?? `nothing${since} matches "${state.filter}"${fieldsHint(state.filter)}`;
    return `${problem}; Esc clears the filter`;
  }
  if (state.faultsOnly) return `no faults here${since}; f shows everything`;
  if (document === null) return waitingText(state.source);
  if (state.view === 'events') {
    return state.source.kind === 'recording'
      ? 'this snapshot was saved without events; those that w saves have them'
      : 'no events yet';
  }
  const failed = document.coverage.sources.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  return failed.length > 0 ? `nothing found, but could not be read completely: ${failed.join(', ')}` : 'nothing';
}

function hasOnlyPinned(state: State): boolean {
  const { shown, pinned, total } = listOf(state);
  return pinned > 0 && shown === pinned && total > shown;
}

function nothingElseText(state: State): string {
  return state.filter === ''
    ? 'no other faults; f shows everything'
    : `nothing else matches "${state.filter}"; Esc clears the filter`;
}

/** Claims are only known once they were probed. */
function notProbed({ source }: State): string {
  return source.kind === 'recording'
    ? 'the snapshot was taken without --probe; Esc clears the filter'
    : 'nothing was probed yet: a does; Esc clears the filter';
}

/** What a list of events that says nothing but that it began means; null: there is more in it. */
function quietText(state: State): string | null {
  const isQuiet = shownData(state).timeline.entries.every(({ change }) => change.event === 'started');
  return state.view === 'events' && isQuiet ? `nothing has changed${sinceText(state)}` : null;
}

/** ` since 18:35:45 CET`, or during a pause ` from 18:35:45 CET to the pause`; empty where that is not known. */
function sinceText(state: State): string {
  const { started, timeline } = shownData(state);
  // Of what was dropped, something may match.
  if (started === null || timeline.dropped > 0) return '';
  const from = clockText(Date.parse(started.at));
  return state.paused === null ? ` since ${from}` : ` from ${from} to the pause`;
}
