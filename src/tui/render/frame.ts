import { listenerText, ownersText } from '../../verdict/text/format.js';
import { eventText } from '../event_text.js';
import type { Item } from '../item.js';
import { type Layout, layoutOf, MIN_HEIGHT, MIN_WIDTH } from '../layout.js';
import { type Line, type Segment, segment } from '../line.js';
import { selectedItem } from '../selection.js';
import type { ActionLabel, State } from '../state.js';
import { truncate, wrap } from '../text.js';
import { detailLines } from './details.js';
import { headerLines } from './header.js';
import { helpLines } from './help.js';
import { listLines } from './rows.js';
import { fitSegments, justify, truncateSegments } from './segments.js';

/** The whole screen: exactly as many lines as it has, none wider than it is. Pure. */
export function frameOf(state: State): Line[] {
  const layout = layoutOf(state);
  const lines = layout.tooSmall
    ? tooSmall(state)
    : [
        ...headerLines(state),
        ...padded(bodyLines(state, layout), layout.list.height + 1),
        ...padded(summaryLines(state, layout), layout.summary.height),
        ...layout.actions.map((actions) => actionsLine(actions, state)),
        footerLine(state, layout),
      ];
  return padded(lines, state.size.height);
}

function padded(lines: readonly Line[], height: number): Line[] {
  return Array.from({ length: height }, (_, at) => lines[at] ?? []);
}

function tooSmall({ size: { width, height }, glyphs }: State): Line[] {
  const text = `k8s-sockwatch needs a terminal of at least ${MIN_WIDTH}x${MIN_HEIGHT}; this one is ${width}x${height}. q quits.`;
  return wrap(text, width, glyphs).map((one) => [segment(one, 'bold')]);
}

function bodyLines(state: State, layout: Layout): Line[] {
  const { size, glyphs, help } = state;
  if (help !== null) return helpLines(state, size.width).slice(help);
  const { details: pane } = layout;
  if (pane === null) return listLines(state, layout);
  const details = detailLines(state, pane.width).slice(state.details?.scroll ?? 0);
  if (pane.left === 0) return details;
  return padded(listLines(state, layout), pane.height).map((left, at) => [
    ...fitSegments(left, layout.list.width, glyphs),
    segment(`${glyphs.bar} `, 'dim'),
    ...(details[at] ?? []),
  ]);
}

/** The full text of the selected line, which its columns may cut; before the first key, the notice. */
function summaryLines(state: State, { summary: { height } }: Layout): Line[] {
  const { notice, size, glyphs } = state;
  const item = notice === null ? selectedItem(state) : null;
  const text = notice ?? (item === null ? null : summaryText(item));
  if (height === 0 || text === null) return [];
  const width = size.width - 2;
  const lines = wrap(text, width, glyphs);
  const last = truncate(lines.slice(height - 1).join(' '), width, glyphs);
  const shown = lines.length > height ? [...lines.slice(0, height - 1), last] : lines;
  return shown.map((one) => [segment(`${glyphs.bar} `, 'dim'), segment(one, notice === null ? 'plain' : 'warning')]);
}

function summaryText({ subject, group }: Item): string {
  switch (subject.kind) {
    case 'finding':
      return subject.finding.message;
    case 'socket': {
      const { socket } = subject;
      // The group's heading may have scrolled out of view.
      return `${listenerText(socket)}/${socket.protocol}: ${ownersText([socket])}${group === '' ? '' : `; ${group}`}`;
    }
    case 'event':
      return eventText(subject.entry);
  }
}

function actionsLine(actions: readonly ActionLabel[], { size, glyphs }: State): Line {
  const labels = actions.flatMap(({ key, label }) => [segment(` ${key} `, 'inverse'), segment(` ${label}  `)]);
  return truncateSegments(labels, size.width, glyphs);
}

function footerLine(state: State, layout: Layout): Line {
  const { size, glyphs, message } = state;
  if (state.typing) {
    const prompt = [segment('/', 'bold'), segment(state.filter), segment(glyphs.cursor, 'bold')];
    return justify(prompt, [segment('Enter keeps the filter, Esc clears it', 'dim')], size.width, glyphs);
  }
  if (message !== null) {
    return truncateSegments([segment(message.text, message.isError ? 'error' : 'good')], size.width, glyphs);
  }
  const hints = hintsOf(state, linesBelow(state, layout)).flatMap(([key, what], at): Segment[] => [
    segment(at === 0 ? key : `  ${key}`, 'bold'),
    segment(` ${what}`, 'dim'),
  ]);
  return truncateSegments(hints, size.width, glyphs);
}

/** Lines of the help or details below the bottom of the screen. */
function linesBelow(state: State, layout: Layout): number {
  const { help, details, size } = state;
  if (help !== null) return helpLines(state, size.width).length - help - layout.list.height - 1;
  if (details === null || layout.details === null) return 0;
  return detailLines(state, layout.details.width).length - details.scroll - layout.details.height;
}

function hintsOf(state: State, below: number): readonly (readonly [key: string, what: string])[] {
  if (state.help !== null || state.details !== null) {
    return [
      ['Esc', 'back'],
      ['j k', below > 0 ? `scroll, ${below} more below` : 'scroll'],
      ['q', 'quit'],
    ];
  }
  return [
    ['Enter', 'open'],
    ['/', 'filter'],
    ['s', 'sort'],
    ['f', state.faultsOnly ? 'all' : 'faults'],
    ...(state.source.kind === 'live'
      ? [['p', state.paused === null ? 'pause' : 'resume'] as const, ['r', 'read'] as const]
      : []),
    ['w', 'save'],
    ['?', 'help'],
    ['q', 'quit'],
  ];
}
