import { aboutOf } from './about.js';
import type { Item } from './item.js';
import { listOf } from './list.js';
import { Search } from './search.js';
import { detailSelected, moveSelection } from './selection.js';
import type { State } from './state.js';
import { VIEW_NAMES, type ViewName } from './view.js';

/** Moves to a view, to the help, or to the first line with a port or a name, in this view if it has one; null: there is none. */
export function jumpTo(state: State, text: string): State | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === 'help') return { ...state, help: 0 };
  const view = wanted === '' ? undefined : VIEW_NAMES.find((name) => name.startsWith(wanted));
  if (view !== undefined) return showView(state, view);
  const search = new Search(wanted);
  const isWanted = /^\d+$/.test(wanted)
    ? ({ subject }: Item) => aboutOf(subject).ports.includes(Number(wanted))
    : (item: Item) => item.matches(search);
  return wanted === '' ? state : moveToFirst(state, isWanted);
}

/** Moves to what an event is about: its row, else its listener; null: there is neither any more. */
export function goToSubject(state: State, event: Item): State | null {
  const { ports, paths } = aboutOf(event.subject);
  const shares = (item: Item): boolean => {
    const other = aboutOf(item.subject);
    return other.ports.some((port) => ports.includes(port)) || other.paths.some((path) => paths.includes(path));
  };
  return moveToFirst(showView(state, 'page'), (item) => item.subject.kind !== 'event' && shares(item));
}

/** The filter of the events of one line ends with them. */
export function showView(state: State, view: ViewName): State {
  const { filter, faultsOnly } = state.back ?? state;
  return { ...state, view, filter, faultsOnly, back: null, details: null, help: null };
}

/** A filter that hides what is wanted is dropped. */
function moveToFirst(state: State, isWanted: (item: Item) => boolean): State | null {
  const views = [state.view, ...VIEW_NAMES.filter((name) => name !== state.view)];
  for (const shown of [state, { ...state, filter: '', faultsOnly: false, back: null }]) {
    for (const view of views) {
      const there = view === state.view ? shown : showView(shown, view);
      const at = listOf(there).lines.findIndex((line) => typeof line === 'object' && isWanted(line));
      if (at >= 0) return detailSelected(moveSelection(there, at, 1));
    }
  }
  return null;
}
