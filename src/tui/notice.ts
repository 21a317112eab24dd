import type { Started } from '../snapshot/document/change.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { ReadingStep } from '../snapshot/document/read_snapshot.js';
import { isOfNoNode } from '../verdict/codes.js';
import type { Source } from './state.js';

const NTH: Readonly<Record<ReadingStep, number>> = { decoding: 1, counting: 2, parsing: 3, checking: 4 };

/** What there is to wait for before the first snapshot. */
export function waitingText(source: Source): string {
  if (source.kind === 'live') return 'reading the tables';
  const { file, reading } = source;
  if (reading === undefined) return file === '-' ? 'waiting for a snapshot on standard input' : `reading ${file}`;
  const { bytes, step } = reading;
  const name = file === '-' ? 'standard input' : file;
  return `reading ${name}, ${(bytes / 1e6).toFixed(0)} MB: ${step}, step ${NTH[step]} of 4; q quits`;
}

/** null if everything could be read. */
export function coverageText({ coverage }: SnapshotDocument): string | null {
  const errors = coverage.sources.flatMap(({ name, error }) => (error === null ? [] : [`${name}: ${error}`]));
  return errors.length === 0 ? null : `Not everything could be read: ${errors.join('; ')}`;
}

/** On a machine that is in no cluster: that it is not, and what to do; null: it is. */
export function noNodeText({ findings }: SnapshotDocument): string | null {
  return findings.find(({ code }) => isOfNoNode(code))?.message ?? null;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What this run cannot see and how to see it, and what kind of machine this is; null if there is nothing to say. */
export function noticeOf(document: SnapshotDocument | null, started: Started | null, source: Source): string | null {
  if (document === null) return null;
  const unknown = document.sockets.filter(({ ownersUnknown }) => ownersUnknown === 'permission').length;
  const unread = coverageText(document);
  const noNode = noNodeText(document);
  const sentences = noNode === null ? [] : [`${sentence(noNode)}.`];
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
