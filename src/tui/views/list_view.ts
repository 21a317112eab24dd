import type { Glyphs } from '../glyphs.js';
import type { Item } from '../item.js';
import type { Layout } from '../layout.js';
import { EMPTY, type Line, line, type Segment, type Style, segment } from '../line.js';
import { listOf } from '../list.js';
import { MARK_MS, type Mark } from '../marks.js';
import { type State, shownData } from '../state.js';
import { fit } from '../text.js';
import { type PlacedColumn, placeColumns, VIEW } from '../view.js';
import { filled, joined } from './compose.js';

/** Left of the columns stands the mark of what changed. */
const MARK_WIDTH = 2;

export function columnsOf(state: State, width: number): PlacedColumn[] {
  return placeColumns(VIEW[state.view].columns, width - MARK_WIDTH).map((column) => ({
    ...column,
    left: column.left + MARK_WIDTH,
  }));
}

/** Titles of the columns, and as many lines of the list as there is room for. Only those are made. */
export function listLines(state: State, { list: area }: Layout, glyphs: Glyphs): Line[] {
  const list = listOf(state);
  const columns = columnsOf(state, area.width);
  const { top, at } = state.lists[state.view];
  const visible = list.lines.slice(top, top + area.height);
  const lines = visible.map((one, index) =>
    one.kind === 'heading'
      ? line(...joined([segment(`${glyphs.rule}${glyphs.rule} ${one.text}`, 'accent')], area.width, glyphs))
      : rowLine(state, one.item, columns, top + index === at, area.width, glyphs),
  );
  const empty =
    visible.length === 0 ? [line(...joined([segment(`  ${whyEmpty(state)}`, 'dim')], area.width, glyphs))] : [];
  const all = [titleLine(state, columns, glyphs), ...lines, ...empty];
  return [...all, ...Array<Line>(Math.max(0, area.height + 1 - all.length)).fill(EMPTY)];
}

function titleLine(state: State, columns: readonly PlacedColumn[], glyphs: Glyphs): Line {
  const { sort, reversed } = state.lists[state.view];
  const by = sort === 0 ? null : VIEW[state.view].sorts[sort];
  const segments = columns.flatMap((column): Segment[] => {
    const arrow = column.name === by ? (reversed ? glyphs.up : glyphs.down) : '';
    return [segment(fit(`${column.title}${arrow}`, column.width, glyphs, column.align), 'bold'), segment(' ')];
  });
  return line(segment(' '.repeat(MARK_WIDTH)), ...segments.slice(0, -1));
}

function rowLine(
  state: State,
  item: Item,
  columns: readonly PlacedColumn[],
  selected: boolean,
  width: number,
  glyphs: Glyphs,
): Line {
  const segments = cells(state, item, columns, glyphs);
  if (!selected) return segments;
  return filled(
    segments.map((one) => ({ ...one, selected })),
    width,
    glyphs,
  );
}

function cells(state: State, item: Item, columns: readonly PlacedColumn[], glyphs: Glyphs): Segment[] {
  const mark = markedAs(item, state);
  const context = { now: timeOf(state), glyphs };
  const styleOf = (style: Style): Style => (mark === undefined ? style : mark === 'gone' ? 'dim' : emphasized(style));
  const segments = columns.flatMap((column): Segment[] => {
    const { text, style } = item.cell(column.name, context);
    return [segment(fit(text, column.width, glyphs, column.align), styleOf(style)), segment(' ')];
  });
  return [markOf(mark), ...segments.slice(0, -1)];
}

const emphasized = (style: Style): Style => (style === 'plain' || style === 'dim' ? 'bold' : style);

function markedAs({ key, subject }: Item, state: State): Mark['kind'] | undefined {
  // So many events can come at once that a mark for each would cost more than the rest.
  if (subject.kind === 'entry') return state.now - subject.entry.heard < MARK_MS ? 'new' : undefined;
  return shownData(state).marks.get(key)?.kind;
}

function markOf(kind: Mark['kind'] | undefined): Segment {
  switch (kind) {
    case 'new':
      return segment('+ ', 'inverse');
    case 'changed':
      return segment('~ ', 'inverse');
    case 'gone':
      return segment('- ', 'inverse');
    case undefined:
      return segment('  ');
  }
}

/** What "now" is for ages: in a recording, the moment it was made. */
export function timeOf(state: State): number {
  const { document } = shownData(state);
  return state.source.kind === 'recording' && document !== null ? Date.parse(document.capturedAt) : state.now;
}

/** An empty list that says why it is empty is not taken for a healthy node. */
function whyEmpty(state: State): string {
  const { document } = shownData(state);
  if (state.filter !== '') return `nothing has "${state.filter}" in it; Esc drops the filter`;
  if (state.faultsOnly) return 'no faults here; f shows everything';
  if (state.view === 'events') {
    return state.source.kind === 'recording' ? 'a recording has no events' : 'nothing has happened yet';
  }
  if (document === null) return 'reading the tables';
  const failed = document.coverage.sources.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  return failed.length > 0 ? `nothing was seen, but could not be read completely: ${failed.join(', ')}` : 'nothing';
}
