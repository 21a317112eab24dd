import { type Layout, layoutOf, MIN_HEIGHT, MIN_WIDTH, summaryLines } from '../layout.js';
import { type Line, segment } from '../line.js';
import type { ActionLabel, State } from '../state.js';
import { truncate, wrap } from '../text.js';
import { detailLines } from './details.js';
import { footerLine } from './footer.js';
import { headerLines } from './header.js';
import { helpLines } from './help.js';
import { overlayOf } from './overlay.js';
import { listLines } from './rows.js';
import { fitSegments, truncateSegments } from './segments.js';

/** The whole screen: exactly as many lines as it has, none wider than it is. Pure. */
export function frameOf(state: State): Line[] {
  const layout = layoutOf(state);
  const lines = layout.tooSmall
    ? tooSmall(state)
    : [
        ...headerLines(state),
        ...padded(bodyLines(state, layout), layout.list.height + 1),
        ...padded(summaryPane(state, layout), layout.summary.height),
        ...layout.actions.map((actions) => actionsLine(actions, state)),
        footerLine(state, layout),
      ];
  const over = layout.tooSmall ? [] : overlayOf(state, layout.overlay.height).map(({ line }) => line);
  // A message takes the place of the keys, unless something is being typed or chosen there.
  const isMessage = state.copying === null && state.prompt === null;
  const at = (isMessage ? state.size.height : layout.overlay.bottom) - over.length;
  return padded(lines, state.size.height).map((line, nth) => over[nth - at] ?? line);
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

/** What does not fit is in the details. */
function summaryPane(state: State, { summary: { height } }: Layout): Line[] {
  const { notice, size, glyphs } = state;
  if (height === 0) return [];
  const lines = summaryLines(state);
  const last = truncate(lines.slice(height - 1).join(' '), size.width - 2, glyphs);
  const shown = lines.length > height ? [...lines.slice(0, height - 1), last] : lines;
  return shown.map((one) => [segment(`${glyphs.bar} `, 'dim'), segment(one, notice === null ? 'plain' : 'warning')]);
}

function actionsLine(actions: readonly ActionLabel[], { size, glyphs }: State): Line {
  const labels = actions.flatMap(({ key, label }) => [segment(` ${key} `, 'inverse'), segment(` ${label}  `)]);
  return truncateSegments(labels, size.width, glyphs);
}
