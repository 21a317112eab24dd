import type { SnapshotDocument } from '../../snapshot/document/document.js';
import { SEVERITY, VERDICTS } from '../../verdict/finding.js';
import { SEVERITY_STYLE } from '../cells.js';
import { type Line, type Segment, type Style, segment } from '../line.js';
import { listOf } from '../list.js';
import { eventsWaiting, type State, shownData } from '../state.js';
import { timeOfDay } from '../text.js';
import { sortTitle, VIEW_NAMES, VIEWS, type ViewName } from '../view.js';
import { justify, segmentsWidth, truncateSegments } from './segments.js';

/** Four lines: node and clock, network and sources, verdicts, tabs. */
export function headerLines(state: State): Line[] {
  const { document } = shownData(state);
  const lines =
    document === null
      ? [
          justify([segment('k8s-sockwatch', 'bold')], [clock(state)], state.size.width, state.glyphs),
          [],
          [segment('reading the tables')],
        ]
      : [nodeLine(state, document), sourcesLine(state, document), verdictsLine(state, document)];
  return [...lines, tabsLine(state)];
}

function nodeLine(state: State, { node }: SnapshotDocument): Line {
  const { hostname, role, roleSource } = node;
  const left = [
    segment(hostname, 'bold'),
    segment('  role ', 'dim'),
    segment(role),
    segment(` (${roleSource})`, 'dim'),
  ];
  return justify(left, [clock(state)], state.size.width, state.glyphs);
}

/** The time; of a recording, where and when it was made; during a pause, its start. */
function clock(state: State): Segment {
  const { document } = shownData(state);
  if (state.paused !== null) {
    const count = eventsWaiting(state);
    const waiting = count === 0 ? '' : `, ${count} event${count === 1 ? '' : 's'} waiting`;
    return segment(` PAUSED since ${timeOfDay(state.paused.since)}${waiting} `, 'inverse');
  }
  if (state.source.kind === 'live') return segment(timeOfDay(state.now), 'bold');
  const made = document === null ? '' : ` of ${document.node.hostname}, ${dateTime(document.capturedAt)}`;
  return segment(` RECORDING${made} `, 'inverse');
}

/** `2026-01-31 12:00:00 UTC`. */
function dateTime(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function sourcesLine(state: State, { node, coverage }: SnapshotDocument): Line {
  const { defaultInterface, defaultAddresses } = node;
  const isRead = coverage.sources.some(({ name, status }) => name === 'network' && status === 'ok');
  const network =
    defaultInterface === null
      ? [segment(isRead ? 'no default route' : 'default route unknown', 'warning')]
      : [segment(defaultInterface.name, 'bold'), segment(` ${defaultAddresses.join(' ')}`)];
  const owners = coverage.sources.find(({ name }) => name === 'owners')?.via ?? 'unknown';
  const sources = [
    segment('owners ', 'dim'),
    segment(owners),
    segment('  events ', 'dim'),
    segment(eventSource(state)),
    segment('  '),
    coverageSegment(state, coverage),
  ];
  return justify(network, sources, state.size.width, state.glyphs);
}

function eventSource(state: State): string {
  const { started } = shownData(state);
  if (state.source.kind === 'recording') return 'none';
  return started === null ? '' : { ebpf: 'bpf', polling: 'polling' }[started.mode];
}

function coverageSegment({ glyphs }: State, { complete, sources }: SnapshotDocument['coverage']): Segment {
  if (complete) return segment(`${glyphs.verdict.ok} all read`, 'good');
  const names = sources.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  return segment(`! incomplete: ${names.join(', ')}`, 'warning');
}

const RESULT: Readonly<Record<SnapshotDocument['summary']['result'], readonly [text: string, style: Style]>> = {
  match: ['matches the page', 'good'],
  drift: ['drifts from the page', 'error'],
  incomplete: ['incomplete', 'unknown'],
};

/** `14 ok · 2 missing · 1 exposed`, with the result and the title of the page as far as there is room. */
function verdictsLine({ size, glyphs }: State, { summary, spec }: SnapshotDocument): Line {
  const order = ['ok' as const, ...VERDICTS.filter((verdict) => verdict !== 'ok')];
  const counts = order.flatMap((verdict) => {
    const count = summary.verdicts[verdict];
    if (count === 0) return [];
    const severity = verdict === 'unexpected' ? 'warning' : SEVERITY[verdict];
    const style = verdict === 'not-applicable' ? 'dim' : SEVERITY_STYLE[severity];
    return [segment(` ${glyphs.dot} `, 'dim'), segment(`${count} ${verdict}`, style)];
  });
  const result = [segment('   '), segment(...RESULT[summary.result])];
  const page = [segment(`${spec.title} (${spec.source})`, 'dim')];
  const verdicts = counts.slice(1);
  const fits = (...parts: Segment[][]): boolean =>
    segmentsWidth([...verdicts, ...parts.flat()], glyphs) + 2 <= size.width;
  const left = fits(result) ? [...verdicts, ...result] : verdicts;
  return justify(left, fits(result, page) ? page : [], size.width, glyphs);
}

function tabsLine(state: State): Line {
  const { glyphs, size, view } = state;
  const { total, shown } = listOf(state);
  const tabs = VIEW_NAMES.flatMap((name) => [
    segment(tabText(name), name === view ? 'inverse' : 'plain'),
    segment(' '),
  ]);
  const { sort, reversed } = state.lists[view];
  const { dropped } = shownData(state).timeline;
  const modes = state.faultsOnly ? [segment('faults only', 'warning'), segment('  ')] : [];
  const order = [
    segment('by ', 'dim'),
    segment(`${sortTitle(view, sort)}${reversed ? ` ${glyphs.up}` : ''}`),
    segment('  '),
  ];
  const count = [
    segment(shown === total ? `${total}` : `${shown} of ${total}`, 'bold'),
    ...(view === 'events' && dropped > 0 ? [segment(`, ${dropped} older dropped`, 'warning')] : []),
  ];
  // If not all fits, the sort order goes first, since the column titles show it too; then a long filter is cut.
  const room = size.width - segmentsWidth([...tabs, ...modes, ...count], glyphs) - 2;
  const filter = state.filter === '' ? [] : [segment(`/${state.filter}`, 'accent')];
  const gap = filter.length === 0 ? [] : [segment('  ')];
  const middle = [...filter, ...gap, ...order];
  const fitting =
    segmentsWidth(middle, glyphs) <= room ? middle : [...truncateSegments(filter, room - 2, glyphs), ...gap];
  return justify(tabs, [...modes, ...fitting, ...count], size.width, glyphs);
}

function tabText(view: ViewName): string {
  return ` ${VIEW_NAMES.indexOf(view) + 1} ${VIEWS[view].title} `;
}

/** The view whose tab is at a column of the tab line. */
export function tabAt(column: number): ViewName | null {
  let left = 0;
  for (const view of VIEW_NAMES) {
    const right = left + tabText(view).length;
    if (column >= left && column < right) return view;
    left = right + 1;
  }
  return null;
}
