import type { SnapshotDocument } from '../../snapshot/document/document.js';
import { SEVERITY, VERDICTS, type Verdict } from '../../verdict/finding.js';
import { brokenStyle, SEVERITY_STYLE } from '../cells.js';
import { eventSeverity } from '../event_item.js';
import { layoutOf } from '../layout.js';
import { type Line, type Segment, type Style, segment } from '../line.js';
import { listOf } from '../list.js';
import { noNodeText, waitingText } from '../notice.js';
import { eventsWaiting, type State, shownData } from '../state.js';
import { ageText, clockText, dateText } from '../text.js';
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
          [segment(waitingText(state.source))],
        ]
      : [nodeLine(state, document), sourcesLine(state, document), verdictsLine(state, document)];
  return [...lines, tabsLine(state)];
}

/** Host, role, release and page; when everything was read last, and the time. */
function nodeLine(state: State, { node, spec, capturedAt }: SnapshotDocument): Line {
  const { glyphs, size, source, now, paused } = state;
  const page = spec.release === null ? spec.title : `page ${spec.release}`;
  const left = [
    segment(node.hostname, 'bold'),
    node.role === 'unknown' ? segment('  role unknown', 'unknown') : segment(`  ${node.role}`),
    segment(node.release === null ? '  release unknown' : `  release ${node.release}`, 'dim'),
    segment(`  ${page}`, 'dim'),
  ];
  const isRunning = source.kind === 'live' && paused === null;
  if (!isRunning) return justify(left, [clock(state)], size.width, glyphs);
  const age = ageText(now - Date.parse(capturedAt));
  // As wide as with two digits, so that nothing moves every ten seconds.
  const right = (text: string): Segment[] => [
    segment(`${' '.repeat(Math.max(0, 3 - age.length))}${text}  `, 'dim'),
    clock(state),
  ];
  const read = `read ${age} ago`;
  // Changes are seen as they happen, unless the tables that were read are all there is.
  const isLive = shownData(state).started?.method != null;
  const both = right(`live${glyphs.separator}${read}`);
  const hasRoom = segmentsWidth([...left, ...both], glyphs) + 2 <= size.width;
  return justify(left, isLive && hasRoom ? both : right(read), size.width, glyphs);
}

/** The time; of a recording, where and when it was made; during a pause, its start. */
function clock(state: State): Segment {
  const { document } = shownData(state);
  if (state.paused !== null) {
    const count = eventsWaiting(state);
    const waiting = count === 0 ? '' : `, ${count} event${count === 1 ? '' : 's'} waiting`;
    return segment(` PAUSED since ${clockText(state.paused.since)}${waiting} `, 'inverse');
  }
  if (state.source.kind === 'live') return segment(clockText(state.now), 'bold');
  return segment(` RECORDING${document === null ? '' : ` of ${dateText(document.capturedAt)}`} `, 'inverse');
}

function sourcesLine(state: State, { node, coverage }: SnapshotDocument): Line {
  const { defaultInterface, defaultAddresses } = node;
  const isRead = coverage.sources.some(({ name, status }) => name === 'network' && status === 'ok');
  const network =
    defaultInterface === null
      ? [segment(isRead ? 'no default route' : 'default route unknown', 'warning')]
      : [segment(defaultInterface.name, 'bold'), ...defaultAddresses.map((address) => segment(` ${address}`))];
  const owners = coverage.sources.find(({ name }) => name === 'owners')?.via ?? 'unknown';
  const sources = [
    segment('owners ', 'dim'),
    segment(owners),
    segment('  events ', 'dim'),
    segment(eventSource(state)),
    segment('  '),
    coverageSegment(coverage),
  ];
  return justify(network, sources, state.size.width, state.glyphs);
}

function eventSource(state: State): string {
  const { started } = shownData(state);
  if (started === null) return state.source.kind === 'recording' ? 'none' : '';
  return started.method ?? 'polling';
}

function coverageSegment({ complete, sources }: SnapshotDocument['coverage']): Segment {
  if (complete) return segment('all read', 'good');
  const names = sources.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  return segment(`incomplete: ${names.join(', ')}`, 'warning');
}

const RESULT: Readonly<Record<SnapshotDocument['summary']['result'], readonly [text: string, style: Style]>> = {
  match: ['MATCH', 'good'],
  drift: ['DRIFT', 'error'],
  incomplete: ['INCOMPLETE', 'unknown'],
};

/**
 * `✗ DRIFT  3 errors · 2 warnings`, at any width, then `1 exposed · 2 missing · 14 ok`; where there is no room for that, without
 * what is healthy, then as `◎1 ∅2`. Of a machine that is no node: that it is none.
 */
function verdictsLine(state: State, document: SnapshotDocument): Line {
  const noNode = noNodeText(document);
  if (noNode === null) return shownParts(state, document).flatMap(({ segments }) => segments);
  return truncateSegments([resultSegment(state, document), segment(`  ${noNode}`)], state.size.width, state.glyphs);
}

function resultSegment({ glyphs }: State, { summary: { result } }: SnapshotDocument): Segment {
  const [text, style] = RESULT[result];
  return segment(`${glyphs.result[result]} ${text}`, style);
}

/** A part of the line of verdicts, and what a click on it filters by; null: nothing. */
interface SummaryPart {
  readonly segments: readonly Segment[];
  readonly filter: string | null;
}

function shownParts(state: State, document: SnapshotDocument): SummaryPart[] {
  const { glyphs, size } = state;
  const rest: SummaryPart = { segments: [segment(` ${glyphs.ellipsis}`, 'dim')], filter: null };
  const isFitting = (shown: readonly SummaryPart[]): boolean =>
    segmentsWidth(
      shown.flatMap(({ segments }) => segments),
      glyphs,
    ) <= size.width;
  const every = VERDICTS.filter((one) => document.summary.verdicts[one] > 0);
  const faulty = every.filter((one) => !isHealthy(one));
  // Healthy verdicts are the last ones.
  for (let count = every.length; count >= faulty.length; count -= 1) {
    const words = verdictParts(state, document, every.slice(0, count), 'words');
    const parts = count === every.length ? words : [...words, rest];
    if (isFitting(parts)) return parts;
  }
  const all = verdictParts(state, document, every, 'marks');
  if (isFitting(all)) return all;
  const marks = verdictParts(state, document, faulty, 'marks');
  while (marks.length > 1 && !isFitting([...marks, rest])) marks.pop();
  return [...marks, rest];
}

function isHealthy(verdict: Verdict): boolean {
  return verdict === 'ok' || verdict === 'not-applicable';
}

function verdictParts(
  state: State,
  document: SnapshotDocument,
  shown: readonly Verdict[],
  form: 'words' | 'marks',
): SummaryPart[] {
  const { glyphs } = state;
  const { summary, findings } = document;
  const counted = (text: string, style: Style, filter: string, gap: string): SummaryPart => ({
    segments: [segment(gap, 'dim'), segment(text, style)],
    filter,
  });
  const severities = (['error', 'warning'] as const)
    .map((severity) => ({ severity, count: findings.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }, at) =>
      counted(
        `${count} ${severity}${count === 1 ? '' : 's'}`,
        SEVERITY_STYLE[severity],
        `severity:${severity}`,
        at === 0 ? '  ' : glyphs.separator,
      ),
    );
  const broken = document.claims?.filter(({ result }) => result === 'broken') ?? [];
  const count = broken.length;
  const text = form === 'marks' ? `${glyphs.brokenClaim}${count}` : `${count} claim${count === 1 ? '' : 's'} broken`;
  const gap = severities.length === 0 ? '  ' : form === 'marks' ? ' ' : glyphs.separator;
  const claims = count === 0 ? [] : [counted(text, brokenStyle(broken), 'claim:broken', gap)];
  const verdicts = shown.map((one, at) => {
    const count = summary.verdicts[one];
    const text = form === 'words' ? `${count} ${one}` : `${glyphs.verdict[one]}${count}`;
    const severity = one === 'unexpected' ? 'warning' : SEVERITY[one];
    const gap = at === 0 ? '  ' : form === 'words' ? glyphs.separator : ' ';
    return counted(text, isHealthy(one) ? 'dim' : SEVERITY_STYLE[severity], `verdict:${one}`, gap);
  });
  return [{ segments: [resultSegment(state, document)], filter: null }, ...severities, ...claims, ...verdicts];
}

/** The filter that a click on the line of verdicts stands for; null: none. */
export function verdictFilterAt(state: State, column: number): string | null {
  const { document } = shownData(state);
  let left = 0;
  const parts = document === null || noNodeText(document) !== null ? [] : shownParts(state, document);
  for (const { segments, filter } of parts) {
    left += segmentsWidth(segments, state.glyphs);
    if (column < left) return filter;
  }
  return null;
}

function tabsLine(state: State): Line {
  const { glyphs, size, view } = state;
  const { sort, reversed } = state.lists[view];
  const tabs = shownTabs(state).flatMap(({ name, text }) => [
    segment(text, name === view ? 'inverse' : unseenFaults(state, name) > 0 ? 'error' : 'plain'),
    segment(' '),
  ]);
  const shown = shownCount(state);
  const order = [segment(`${sortTitle(view, sort)}${reversed ? ', reversed' : ''}`), segment('  ')];
  // If not all fits, the sort order goes first, since the column titles show it too; then a long filter is cut.
  const room = size.width - segmentsWidth([...tabs, ...shown], glyphs) - 2;
  const filter = state.filter === '' ? [] : [segment(`/${state.filter}`, 'accent')];
  const gap = filter.length === 0 ? [] : [segment('  ')];
  const middle = [...filter, ...gap, ...order];
  const fitting =
    segmentsWidth(middle, glyphs) <= room ? middle : [...truncateSegments(filter, room - 2, glyphs), ...gap];
  const modes = state.faultsOnly ? 2 : 0;
  return justify(tabs, [...shown.slice(0, modes), ...fitting, ...shown.slice(modes)], size.width, glyphs);
}

/** Which lines of the list are shown, and how many there are. */
function shownCount(state: State): readonly Segment[] {
  const { glyphs, view } = state;
  const { total, shown, lines } = listOf(state);
  const { dropped } = shownData(state).timeline;
  const modes = state.faultsOnly ? [segment('faults only', 'warning'), segment('  ')] : [];
  const { line, top } = state.lists[view];
  const below = lines.length - top - layoutOf(state).list.height;
  const nth = lines.slice(0, line + 1).filter((one) => typeof one === 'object').length;
  return [
    ...modes,
    segment(`${nth}/${shown}${shown === total ? '' : ` of ${total}`}`, 'bold'),
    ...(below > 0 ? [segment(` ${glyphs.below}${below}`, 'bold')] : []),
    ...(view === 'events' && dropped > 0 ? [segment(`, ${dropped} older dropped`, 'warning')] : []),
  ];
}

interface Tab {
  readonly name: ViewName;
  readonly text: string;
}

/** Where there is no room for all titles, that of the current view stays. */
function shownTabs(state: State): readonly Tab[] {
  const tabsOf = (hasTitle: (name: ViewName) => boolean): Tab[] =>
    VIEW_NAMES.map((name) => ({ name, text: tabText(state, name, hasTitle(name)) }));
  const whole = tabsOf(() => true);
  const width = whole.reduce((sum, { text }) => sum + text.length + 1, 2);
  const isFitting = width + segmentsWidth(shownCount(state), state.glyphs) <= state.size.width;
  return isFitting ? whole : tabsOf((name) => name === state.view);
}

function tabText(state: State, view: ViewName, hasTitle: boolean): string {
  const faults = unseenFaults(state, view);
  const title = hasTitle ? ` ${VIEWS[view].title}` : '';
  return ` ${VIEW_NAMES.indexOf(view) + 1}${title}${faults === 0 ? '' : ` (${faults} fault${faults === 1 ? '' : 's'})`} `;
}

/** Faults among the events since they were last looked at. */
function unseenFaults(state: State, view: ViewName): number {
  if (view !== 'events' || state.view === 'events') return 0;
  const { timeline } = shownData(state);
  const fresh = timeline.entries.filter(({ id }) => id >= state.seenEvents);
  return fresh.filter(({ change }) => eventSeverity(change) !== 'none').length;
}

/** The view whose tab is at a column of the tab line. */
export function tabAt(state: State, column: number): ViewName | null {
  let left = 0;
  for (const { name, text } of shownTabs(state)) {
    const right = left + text.length;
    if (column >= left && column < right) return name;
    left = right + 1;
  }
  return null;
}
