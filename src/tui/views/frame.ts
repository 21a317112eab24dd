import { listenerText, ownersText } from '../../verdict/text/format.js';
import { messageOf } from '../change_words.js';
import type { Glyphs } from '../glyphs.js';
import type { Item } from '../item.js';
import { type Layout, layoutOf, MIN_HEIGHT, MIN_WIDTH } from '../layout.js';
import { EMPTY, type Line, line, type Segment, type Style, segment } from '../line.js';
import type { ActionLabel, State } from '../state.js';
import { cut, wrap } from '../text.js';
import { selectedItem } from '../update.js';
import { filled, joined, spread } from './compose.js';
import { detailLines } from './detail.js';
import { headerLines } from './header.js';
import { helpLines } from './help.js';
import { listLines } from './list_view.js';

/** The whole screen: exactly as many lines as it has, none wider than it is. Pure. */
export function frameOf(state: State, glyphs: Glyphs): Line[] {
  const { width, height } = state.size;
  const layout = layoutOf(state, glyphs);
  const lines = layout.tooSmall ? tooSmall(width, height, glyphs) : wholeFrame(state, layout, glyphs);
  return Array.from({ length: height }, (_, at) => lines[at] ?? EMPTY);
}

function tooSmall(width: number, height: number, glyphs: Glyphs): Line[] {
  const text = `k8s-sockwatch needs a terminal of ${MIN_WIDTH}x${MIN_HEIGHT} or more; this one has ${width}x${height}. q leaves.`;
  return wrap(text, width, glyphs).map((one) => line(segment(one, 'bold')));
}

function wholeFrame(state: State, layout: Layout, glyphs: Glyphs): Line[] {
  const { width } = state.size;
  return [
    ...headerLines(state, glyphs),
    ...bodyLines(state, layout, glyphs),
    ...glanceLines(state, layout, glyphs),
    ...layout.actions.map((actions) => actionsLine(actions, width, glyphs)),
    footerLine(state, layout, glyphs),
  ];
}

function bodyLines(state: State, layout: Layout, glyphs: Glyphs): Line[] {
  const { width } = state.size;
  const height = layout.list.height + 1;
  if (state.help !== null) return padded(helpLines(state, width, glyphs).slice(state.help), height);
  const { detail } = layout;
  if (detail === null) return listLines(state, layout, glyphs);
  const details = detailLines(state, detail.width, glyphs).slice(state.detail?.scroll ?? 0);
  if (detail.left === 0) return padded(details, height);
  return listLines(state, layout, glyphs).map((left, at) => [
    ...filled(left, detail.left - 2, glyphs),
    segment(`${glyphs.bar} `, 'dim'),
    ...(details[at] ?? EMPTY),
  ]);
}

function padded(lines: readonly Line[], height: number): Line[] {
  return Array.from({ length: height }, (_, at) => lines[at] ?? EMPTY);
}

/** What the list has no room for: the selected line at full length; before that, what is told once. */
function glanceLines(state: State, { glance }: Layout, glyphs: Glyphs): Line[] {
  const { width } = state.size;
  if (state.notice !== null) return textLines(state.notice, 'warning', width, glance.height, glyphs);
  const item = state.help !== null || state.detail !== null ? null : selectedItem(state);
  if (item === null) return padded([], glance.height);
  return textLines(glanceText(item), 'plain', width, glance.height, glyphs);
}

function textLines(text: string, style: Style, width: number, height: number, glyphs: Glyphs): Line[] {
  const room = width - 2;
  const lines = wrap(text, room, glyphs);
  const last = cut(lines.slice(height - 1).join(' '), room, glyphs);
  const kept = lines.length > height ? [...lines.slice(0, height - 1), last] : lines;
  return padded(
    kept.map((one) => line(segment(`${glyphs.bar} `, 'dim'), segment(one, style))),
    height,
  );
}

function glanceText({ subject, group }: Item): string {
  switch (subject.kind) {
    case 'finding':
      return subject.finding.message;
    case 'socket':
      // The heading that it stands under may be far above.
      return `${listenerText(subject.socket)}/${subject.socket.protocol}: ${ownersText([subject.socket])}${group === '' ? '' : `; ${group}`}`;
    case 'entry':
      return messageOf(subject.entry);
  }
}

function actionsLine(actions: readonly ActionLabel[], width: number, glyphs: Glyphs): Line {
  const labels = actions.flatMap(({ key, label }) => [segment(` ${key} `, 'inverse'), segment(` ${label}  `)]);
  return line(...joined(labels, width, glyphs));
}

function footerLine(state: State, layout: Layout, glyphs: Glyphs): Line {
  const { width } = state.size;
  if (state.typing) {
    const prompt = [segment('/', 'bold'), segment(state.filter), segment(glyphs.cursor, 'bold')];
    return spread(prompt, [segment('Enter keeps it, Esc drops it', 'dim')], width, glyphs);
  }
  if (state.message !== null) {
    return line(...joined([segment(state.message.text, state.message.isError ? 'error' : 'good')], width, glyphs));
  }
  const hints = hintsOf(state, linesBelow(state, layout, glyphs)).flatMap(([key, what], at): Segment[] => [
    segment(at === 0 ? key : `  ${key}`, 'bold'),
    segment(` ${what}`, 'dim'),
  ]);
  return line(...joined(hints, width, glyphs));
}

type Hint = readonly [key: string, what: string];

/** Lines of help or details that the screen has no room for; a text that ends with it looks complete. */
function linesBelow(state: State, { list, detail }: Layout, glyphs: Glyphs): number {
  if (state.help !== null) return helpLines(state, state.size.width, glyphs).length - state.help - list.height - 1;
  if (detail === null) return 0;
  return detailLines(state, detail.width, glyphs).length - (state.detail?.scroll ?? 0) - detail.height;
}

function hintsOf(state: State, below: number): readonly Hint[] {
  if (state.help !== null || state.detail !== null)
    return [
      ['Esc', 'back'],
      ['j k', below > 0 ? `scroll, ${below} more below` : 'scroll'],
      ['q', 'quit'],
    ];
  return [
    ['Enter', 'open'],
    ['/', 'filter'],
    ['s', 'sort'],
    ['f', state.faultsOnly ? 'all' : 'faults'],
    ['p', state.paused === null ? 'pause' : 'go on'],
    ...(state.source.kind === 'live' ? [['r', 'read'] as const] : []),
    ['w', 'write'],
    ['?', 'help'],
    ['q', 'quit'],
  ];
}
