import { aboutOf } from '../about.js';
import { FIELD_NAMES } from '../filter.js';
import type { Subject } from '../item.js';
import type { Layout } from '../layout.js';
import { type Line, type Segment, segment } from '../line.js';
import type { Prompt } from '../prompt.js';
import type { State } from '../state.js';
import { detailLines } from './details.js';
import { helpLines } from './help.js';
import { justify, segmentsWidth, truncateSegments } from './segments.js';

/** What is being typed, or the most useful keys. */
export function footerLine(state: State, layout: Layout): Line {
  const { prompt } = state;
  return prompt === null ? hintsOf(state, layout).flatMap(hintSegments) : promptLine(state, prompt);
}

/** The cursor stays in sight: a hint that leaves no room for the text goes, then the beginning of the text. */
function promptLine({ size, glyphs }: State, { kind, text, cursor }: Prompt): Line {
  const characters = Array.from(text);
  const rest = segment(characters.slice(cursor + 1).join(''));
  const lineFrom = (start: number): Segment[] => [
    segment(start === 0 ? (kind === 'filter' ? '/' : ':') : glyphs.ellipsis, 'bold'),
    segment(characters.slice(start, cursor).join('')),
    // The character after the cursor, as editors show it.
    segment(characters[cursor] ?? ' ', 'inverse'),
  ];
  const line = [...lineFrom(0), rest];
  for (const hint of hintsFor(kind, text)) {
    if (segmentsWidth([...line, segment(hint)], glyphs) + 2 > size.width) continue;
    return justify(line, [segment(hint, 'dim')], size.width, glyphs);
  }
  let start = 0;
  // One column is left for the ellipsis of what follows.
  while (start < cursor && segmentsWidth(lineFrom(start), glyphs) >= size.width) start += 1;
  return truncateSegments([...lineFrom(start), rest], size.width, glyphs);
}

/** From the longest. */
function hintsFor(kind: Prompt['kind'], text: string): readonly string[] {
  if (kind === 'jump') return ['a port, a name, a view, help or q'];
  const [, number] = /\b(?:port|pid):(\d+)$/.exec(text) ?? [];
  if (number !== undefined)
    return [`begins with ${number}; Enter: exactly ${number}   Esc clears`, `Enter: exactly ${number}`];
  return [`!not a|b ${FIELD_NAMES}   Esc clears`, `${FIELD_NAMES}  Esc clears`, 'Esc clears'];
}

/** Where there is no room for all hints, those with the highest numbers go first. */
interface Hint {
  /** Name of the key that a click stands for; null: none. */
  readonly key: string | null;
  readonly label: string;
  readonly what: string;
  readonly priority: number;
}

function hintsOf(state: State, layout: Layout): readonly Hint[] {
  const { glyphs, size } = state;
  const hints = [...allHints(state, layout)];
  while (segmentsWidth(hints.flatMap(hintSegments), glyphs) > size.width && hints.length > 1) {
    const worst = Math.max(...hints.map(({ priority }) => priority));
    hints.splice(
      hints.findIndex(({ priority }) => priority === worst),
      1,
    );
  }
  return hints;
}

function hintSegments({ label, what }: Hint, at: number): Segment[] {
  return [segment(at === 0 ? label : `  ${label}`, 'bold'), segment(` ${what}`, 'dim')];
}

function allHints(state: State, layout: Layout): readonly Hint[] {
  const hint = (key: string, what: string, priority: number, label = key): Hint => ({ key, label, what, priority });
  if (state.copying !== null) {
    const digits = { ...hint('', 'copy', 1, `1-${state.copying.entries.length}`), key: null };
    return [digits, hint('return', 'copy the marked line', 2, 'Enter'), hint('escape', 'back', 0, 'Esc')];
  }
  if (state.help !== null || state.details !== null) {
    const below = linesBelow(state, layout);
    const subject = state.help === null ? state.details?.item.subject : undefined;
    const isEvent = subject?.kind === 'event';
    return [
      hint('escape', 'back', 2, 'Esc q'),
      ...(isEvent && isAboutPlace(subject) ? [hint('return', 'go there', 3, 'Enter')] : []),
      hint('down', below > 0 ? `scroll, ${below} more below` : 'scroll', 4, 'j k'),
      ...(state.help === null ? [hint('c', 'copy', 5)] : []),
      ...(subject === undefined || isEvent ? [] : [hint('e', 'events', 6)]),
      hint('C-c', 'quit', 7, 'Ctrl-C'),
    ];
  }
  const isLive = state.source.kind === 'live';
  return [
    ...(state.back !== null
      ? [hint('escape', 'back', 2, 'Esc q')]
      : state.filter !== ''
        ? [hint('escape', 'all', 2, 'Esc')]
        : []),
    hint('return', 'open', 2, 'Enter'),
    hint('/', 'filter', 3),
    hint(':', 'go to', 7),
    hint('s', 'sort', 5),
    hint('f', state.faultsOnly ? 'all' : 'faults', 4),
    hint('c', 'copy', 6),
    ...(state.view === 'events' ? [] : [hint('e', 'events', 8)]),
    ...(isLive ? [hint('p', state.paused === null ? 'pause' : 'resume', 9), hint('r', 'read', 11)] : []),
    hint('w', 'save', 10),
    hint('?', 'help', 1),
    ...(state.back === null ? [hint('q', 'quit', 0)] : []),
  ];
}

/** Whether Enter has somewhere to go from an event. */
function isAboutPlace(subject: Subject): boolean {
  const { ports, paths } = aboutOf(subject);
  return ports.length + paths.length > 0;
}

/** Lines of the help or details below the bottom of the screen. */
function linesBelow(state: State, layout: Layout): number {
  const { help, details, size } = state;
  if (help !== null) return helpLines(state, size.width).length - help - layout.list.height - 1;
  if (details === null || layout.details === null) return 0;
  return detailLines(state, layout.details.width).length - details.scroll - layout.details.height;
}

/** The key that a click on the footer stands for; null: none. */
export function footerKeyAt(state: State, layout: Layout, column: number): string | null {
  if (state.prompt !== null) return null;
  let left = 0;
  for (const [at, hint] of hintsOf(state, layout).entries()) {
    left += segmentsWidth(hintSegments(hint, at), state.glyphs);
    if (column < left) return hint.key;
  }
  return null;
}
