import type { SnapshotDocument } from '../snapshot/document/document.js';
import { withClaims } from '../snapshot/document/with_claims.js';
import { answersOf } from './answers.js';
import { savedEvents } from './saved_events.js';
import { type State, shownData } from './state.js';

/** What `w` writes: the snapshot with the events and with what listeners answered. null: there is none yet. */
export function savedDocument(state: State): SnapshotDocument | null {
  const { document, timeline, started } = shownData(state);
  if (document === null) return null;
  const answers = answersOf(state);
  const answered = answers === null ? document : withClaims(document, answers);
  return started === null ? answered : { ...answered, ...savedEvents(timeline, document) };
}
