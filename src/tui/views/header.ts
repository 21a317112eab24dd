import { SEVERITY, VERDICTS } from '../../verdict/finding.js';
import { localTime } from '../entry_item.js';
import { severityStyle } from '../facts.js';
import type { Glyphs } from '../glyphs.js';
import { type Line, line, type Segment, type Style, segment } from '../line.js';
import { listOf } from '../list.js';
import { type Data, type State, shownData } from '../state.js';
import { sortTitle, VIEW, VIEWS } from '../view.js';
import { joined, spread, widthOfAll } from './compose.js';

/** Four lines: who and when, network and sources, the verdicts in one glance, and the views. */
export function headerLines(state: State, glyphs: Glyphs): Line[] {
  const data = shownData(state);
  return [
    identityLine(state, data, glyphs),
    sourcesLine(state, data, glyphs),
    summaryLine(state, data, glyphs),
    tabsLine(state, glyphs),
  ];
}

function identityLine(state: State, { document }: Data, glyphs: Glyphs): Line {
  const { width } = state.size;
  if (document === null) return spread([segment('k8s-sockwatch', 'bold')], [clock(state)], width, glyphs);
  const { node } = document;
  const role = [segment('  role ', 'dim'), segment(node.role), segment(` (${node.roleSource})`, 'dim')];
  return spread([segment(node.hostname, 'bold'), ...role], [clock(state)], width, glyphs);
}

/** The time; of a recording, when and where it was made. */
function clock(state: State): Segment {
  const { document } = shownData(state);
  if (state.source.kind === 'live') return segment(localTime(new Date(state.now).toISOString()), 'bold');
  const made = document === null ? '' : ` of ${document.node.hostname}, ${timeText(document.capturedAt)}`;
  return segment(` RECORDING${made} `, 'inverse');
}

/** `2026-01-31 12:00:00 UTC`. */
function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function sourcesLine({ size, source }: State, { document, started }: Data, glyphs: Glyphs): Line {
  if (document === null) return line();
  const { node, coverage } = document;
  const { defaultInterface } = node;
  const isRead = coverage.sources.some(({ name, status }) => name === 'network' && status === 'ok');
  const network: Segment[] =
    defaultInterface === null
      ? [segment(isRead ? 'no default route' : 'default route unknown', 'warning')]
      : [segment(defaultInterface.name, 'bold'), segment(` ${defaultInterface.addresses.join(' ')}`)];
  const owners = coverage.sources.find(({ name }) => name === 'owners')?.via ?? 'unknown';
  const events = source.kind === 'recording' ? 'none' : started === null ? '' : EVENTS_VIA[started.mode];
  const right = [
    segment('owners ', 'dim'),
    segment(owners),
    segment('  events ', 'dim'),
    segment(events),
    segment('  '),
    coverageMark(document.coverage, glyphs),
  ];
  return spread(network, right, size.width, glyphs);
}

const EVENTS_VIA = { ebpf: 'bpf', polling: 'polling' } as const;

function coverageMark(coverage: NonNullable<Data['document']>['coverage'], glyphs: Glyphs): Segment {
  if (coverage.complete) return segment(`${glyphs.verdict.ok} all read`, 'good');
  const names = coverage.sources.filter(({ status }) => status !== 'ok').map(({ name }) => name);
  return segment(`! incomplete: ${names.join(', ')}`, 'warning');
}

const RESULT: Readonly<Record<'match' | 'drift' | 'incomplete', readonly [text: string, style: Style]>> = {
  match: ['matches the page', 'good'],
  drift: ['drifts from the page', 'error'],
  incomplete: ['incomplete', 'unknown'],
};

/** What is good first, then the worst: `14 ok · 2 missing · 1 exposed`. */
function summaryLine({ size }: State, { document }: Data, glyphs: Glyphs): Line {
  if (document === null) return line(segment('reading the tables'));
  const { summary, spec } = document;
  const order = ['ok' as const, ...VERDICTS.filter((verdict) => verdict !== 'ok')];
  const counts = order.flatMap((verdict) => {
    const count = summary.verdicts[verdict];
    if (count === 0) return [];
    const severity = verdict === 'unexpected' ? 'warning' : SEVERITY[verdict];
    const style = verdict === 'not-applicable' ? 'dim' : severityStyle(severity);
    return [segment(` ${glyphs.dot} `, 'dim'), segment(`${count} ${verdict}`, style)];
  });
  const [text, style] = RESULT[summary.result];
  const all = counts.slice(1);
  const conclusion = [segment('   '), segment(text, style)];
  const page = [segment(`${spec.title} (${spec.source})`, 'dim')];
  // The counts say it all; the rest is there where there is room.
  const fits = (...parts: Segment[][]): boolean => widthOfAll([...all, ...parts.flat()], glyphs) + 2 <= size.width;
  const left = fits(conclusion) ? [...all, ...conclusion] : all;
  return spread(left, fits(conclusion, page) ? page : [], size.width, glyphs);
}

function tabsLine(state: State, glyphs: Glyphs): Line {
  const { total, shown } = listOf(state);
  const tabs = VIEWS.flatMap((view, at) => {
    const style: Style = view === state.view ? 'inverse' : 'plain';
    return [segment(` ${at + 1} ${VIEW[view].title} `, style), segment(' ')];
  });
  const { sort, reversed } = state.lists[state.view];
  const { dropped } = shownData(state).timeline;
  const isCut = state.view === 'events' && dropped > 0;
  const modes: Segment[] = [
    ...(state.paused === null ? [] : [segment(' PAUSED ', 'inverse'), segment(' ')]),
    ...(state.faultsOnly ? [segment('faults only', 'warning'), segment('  ')] : []),
  ];
  const order = [
    segment('by ', 'dim'),
    segment(`${sortTitle(state.view, sort)}${reversed ? ` ${glyphs.up}` : ''}`),
    segment('  '),
  ];
  const count = [
    segment(`${shown === total ? total : `${shown} of ${total}`}`, 'bold'),
    ...(isCut ? [segment(`, ${dropped} older dropped`, 'warning')] : []),
  ];
  // The tabs stay; where there is no room for all, the titles of the columns say by what it is sorted, and a long filter is cut.
  const room = state.size.width - widthOfAll(tabs, glyphs) - 2 - widthOfAll([...modes, ...count], glyphs);
  const filter = state.filter === '' ? [] : [segment(`/${state.filter}`, 'accent'), segment('  ')];
  const all = [...filter, ...order];
  const middle = widthOfAll(all, glyphs) <= room ? all : filterIn(state.filter, room, glyphs);
  return spread(tabs, [...modes, ...middle, ...count], state.size.width, glyphs);
}

function filterIn(filter: string, room: number, glyphs: Glyphs): Segment[] {
  return filter === '' ? [] : [...joined([segment(`/${filter}`, 'accent')], room - 2, glyphs), segment('  ')];
}

/** Which tab is at a column of the line of tabs; null for none. */
export function tabAt(column: number): (typeof VIEWS)[number] | null {
  let left = 0;
  for (const view of VIEWS) {
    const width = VIEW[view].title.length + 4;
    if (column >= left && column < left + width) return view;
    left += width + 1;
  }
  return null;
}
