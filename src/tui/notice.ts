import type { Started } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Source } from './state.js';

/** null if everything could be read. */
export function coverageText({ coverage }: SnapshotDocument): string | null {
  const errors = coverage.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  return errors.length === 0 ? null : `Not everything could be read: ${errors.join('; ')}`;
}

/** What this run cannot see and how to see it, shown once at the start; null if there is nothing to say. */
export function noticeOf(document: SnapshotDocument | null, started: Started | null, source: Source): string | null {
  if (document === null) return null;
  const unknown = document.sockets.filter(({ ownersUnknown }) => ownersUnknown === 'permission').length;
  const unread = coverageText(document);
  const sentences: string[] = [];
  if (unknown > 0) {
    sentences.push(
      `The owners of ${unknown} of ${document.sockets.length} listeners are unknown: no permission to read some processes.`,
      source.kind === 'live'
        ? 'Run as root (sudo k8s-sockwatch), or with CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH.'
        : 'The snapshot was taken without that permission.',
    );
  } else if (unread !== null) sentences.push(`${unread}.`);
  if (started !== null && started.misses !== null) sentences.push(`This can miss ${started.misses}.`);
  return sentences.length === 0 ? null : sentences.join(' ');
}
