import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Started } from '../watch/changes/change.js';
import type { State } from './state.js';

/** What could not be read, and why; null where everything was. */
export function unreadText({ coverage }: SnapshotDocument): string | null {
  const errors = coverage.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  return errors.length === 0 ? null : `Not everything could be read: ${errors.join('; ')}`;
}

/** What cannot be seen, and how it could be: told once, when the screen opens. null where there is nothing to tell. */
export function noticeOf(
  document: SnapshotDocument | null,
  started: Started | null,
  source: State['source'],
): string | null {
  if (document === null) return null;
  const unseen = document.sockets.filter(({ ownersUnknown }) => ownersUnknown === 'permission').length;
  const sentences = [];
  if (unseen > 0) {
    const what = `The holders of ${unseen} of ${document.sockets.length} listeners cannot be seen: some processes may not be read.`;
    const how =
      source.kind === 'live'
        ? 'Run it as root (sudo k8s-sockwatch), or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.'
        : 'The recording was made without the rights for that.';
    sentences.push(what, how);
  }
  const unread = unreadText(document);
  if (unread !== null && unseen === 0) sentences.push(`${unread}.`);
  if (started !== null && started.misses !== null) sentences.push(`This can miss ${started.misses}.`);
  return sentences.length === 0 ? null : sentences.join(' ');
}
