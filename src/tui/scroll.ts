import { layoutOf } from './layout.js';
import { listOf } from './list.js';
import { detailLines } from './render/details.js';
import { helpLines } from './render/help.js';
import { moveSelection } from './selection.js';
import type { State } from './state.js';

/** What a key scrolls or moves; null for keys that do neither. */
export function scroll(state: State, name: string): State | null {
  const { details, list } = layoutOf(state);
  // Beside the list, the details follow the cursor, and pages are theirs.
  const isBeside = details !== null && details.left > 0 && state.help === null;
  if (isBeside && ['up', 'down', 'j', 'k'].includes(name)) {
    return moveBy(state, name === 'up' || name === 'k' ? -1 : 1);
  }
  const by = scrollDistance(name, Math.max(1, (details ?? list).height - 1));
  return by === null ? null : scrollBy(state, by);
}

/** In lines; null for keys that do not scroll. */
function scrollDistance(name: string, page: number): number | null {
  switch (name) {
    case 'up':
    case 'k':
      return -1;
    case 'down':
    case 'j':
      return 1;
    case 'pageup':
    case 'C-b':
      return -page;
    case 'pagedown':
    case 'C-f':
      return page;
    case 'C-u':
      return -Math.ceil(page / 2);
    case 'C-d':
      return Math.ceil(page / 2);
    case 'g':
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'G':
    case 'end':
      return Number.POSITIVE_INFINITY;
    default:
      return null;
  }
}

/** Scrolls the help or the details if they are open, else moves the cursor. */
export function scrollBy(state: State, by: number): State {
  const { details, help, size } = state;
  const layout = layoutOf(state);
  const clamp = (line: number, last: number): number => Math.min(Math.max(line, 0), Math.max(0, last));
  if (help !== null) {
    const last = helpLines(state, size.width).length - layout.list.height - 1;
    return { ...state, help: clamp(help + by, last) };
  }
  if (details !== null && layout.details !== null) {
    const last = detailLines(state, layout.details.width).length - layout.details.height;
    return { ...state, details: { ...details, scroll: clamp(details.scroll + by, last) } };
  }
  return moveBy(state, by);
}

function moveBy(state: State, by: number): State {
  const last = listOf(state).lines.length - 1;
  const line = Math.min(Math.max(state.lists[state.view].line + by, 0), Math.max(0, last));
  return moveSelection(state, line, by < 0 ? -1 : 1);
}
