import type { SnapshotDocument } from '../snapshot/document/document.js';
import { savedEvents } from './saved_events.js';
import { type State, shownData } from './state.js';

/** What `w` writes: the snapshot with the events. null: there is none yet. */
export function savedDocument(state: State): SnapshotDocument | null {
  const { document, timeline, started } = shownData(state);
  if (document === null) return null;
  return started === null ? document : { ...document, ...savedEvents(timeline, document) };
}
