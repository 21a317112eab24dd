import type { CopyEntry } from '../copy_menu.js';
import type { Layout } from '../layout.js';
import { type Line, type Segment, segment } from '../line.js';
import type { Prompt } from '../prompt.js';
import type { State } from '../state.js';
import { detailLines } from './details.js';
import { helpLines } from './help.js';
import { justify, segmentsWidth, truncateSegments } from './segments.js';

/** What is being typed, the menu of `c`, a message, or the most useful keys. */
export function footerLine(state: State, layout: Layout): Line {
  const { size, glyphs, message, prompt, copying } = state;
  if (prompt !== null) return promptLine(state, prompt);
  if (copying !== null) return truncateSegments(menu(copying), size.width, glyphs);
  if (message !== null) {
    return truncateSegments([segment(message.text, message.isError ? 'error' : 'good')], size.width, glyphs);
  }
  return hintsOf(state, layout).flatMap(hintSegments);
}

function promptLine({ size, glyphs }: State, { kind, text, cursor }: Prompt): Line {
  const characters = Array.from(text);
  const line = [
    segment(kind === 'filter' ? '/' : ':', 'bold'),
    segment(characters.slice(0, cursor).join('')),
    segment(glyphs.cursor, 'bold'),
    segment(characters.slice(cursor).join('')),
  ];
  const hint = kind === 'filter' ? 'word !word a|b port: pid: unit: verdict:   Esc clears' : 'a port, a name or a view';
  return justify(line, [segment(hint, 'dim')], size.width, glyphs);
}

function menu(entries: readonly CopyEntry[]): Segment[] {
  return [
    segment('copy', 'bold'),
    ...entries.flatMap(({ label }, at) => [segment(`  ${at + 1}`, 'bold'), segment(` ${label}`)]),
  ];
}

/** Where there is no room for all hints, those with the highest numbers go first. */
interface Hint {
  /** Name of the key that a click stands for. */
  readonly key: string;
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
  const [help, quit] = [hint('?', 'help', 1), hint('q', 'quit', 0)];
  if (state.help !== null || state.details !== null) {
    const below = linesBelow(state, layout);
    const isEvent = state.help === null && state.details?.item.subject.kind === 'event';
    return [
      hint('escape', 'back', 2, 'Esc'),
      ...(isEvent ? [hint('return', 'go there', 3, 'Enter')] : []),
      hint('down', below > 0 ? `scroll, ${below} more below` : 'scroll', 4, 'j k'),
      ...(state.help === null ? [hint('c', 'copy', 5), hint('e', 'events', 6)] : []),
      quit,
    ];
  }
  const isLive = state.source.kind === 'live';
  return [
    hint('return', 'open', 2, 'Enter'),
    hint('/', 'filter', 3),
    hint(':', 'go to', 7),
    hint('s', 'sort', 5),
    hint('f', state.faultsOnly ? 'all' : 'faults', 4),
    hint('c', 'copy', 6),
    ...(state.view === 'events' ? [] : [hint('e', 'events', 8)]),
    ...(isLive ? [hint('p', state.paused === null ? 'pause' : 'resume', 9), hint('r', 'read', 11)] : []),
    hint('w', 'save', 10),
    help,
    quit,
  ];
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
  if (state.prompt !== null || state.copying !== null || state.message !== null) return null;
  let left = 0;
  for (const [at, hint] of hintsOf(state, layout).entries()) {
    left += segmentsWidth(hintSegments(hint, at), state.glyphs);
    if (column < left) return hint.key;
  }
  return null;
}
