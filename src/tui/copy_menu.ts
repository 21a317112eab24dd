import { printable } from '../base/text.js';
import { programName } from '../verdict/text/format.js';
import { aboutOf } from './about.js';
import { adviceFor } from './advice_of.js';
import { expectedEndpoint, listenerEndpoint } from './cells.js';
import { eventEndpoint } from './event_text.js';
import type { Item, Subject } from './item.js';
import { summaryText } from './summary_text.js';

/** A text for the clipboard of the terminal. */
export interface CopyEntry {
  readonly label: string;
  readonly text: string;
}

export interface CopyMenu {
  readonly entries: readonly CopyEntry[];
  /** The one that Enter takes. */
  readonly at: number;
}

/** One digit chooses an entry. */
const MAX_ENTRIES = 9;

/** What can be copied of an item: addresses, pids, the commands of its advice, unless it is gone, and the whole. */
export function copyEntries(item: Item, isGone = false): readonly CopyEntry[] {
  const { subject } = item;
  const processes = aboutOf(subject).owners.filter((owner) => owner.kind === 'process');
  const pids = new Map(processes.map((owner) => [owner.pid, `pid ${owner.pid} ${programName(owner)}`]));
  const advice = isGone ? null : adviceFor(subject);
  const entries = [
    ...addressesOf(subject).map((text) => entry(text)),
    ...Array.from(pids, ([pid, label]) => entry(label, `${pid}`)),
    ...(advice?.commands ?? []).map((text) => entry(text)),
  ];
  const lines = [summaryText(item), ...(advice === null ? [] : [advice.text, ...advice.commands])];
  const label = advice === null ? 'the text of the line' : 'the text of the line, and what to do';
  return [...entries.slice(0, MAX_ENTRIES - 1), { label, text: lines.map(printable).join('\n') }];
}

/** A name may have newlines, which a shell would act on. */
function entry(label: string, text = label): CopyEntry {
  return { label, text: printable(text) };
}

function addressesOf(subject: Subject): readonly string[] {
  switch (subject.kind) {
    case 'finding': {
      const { sockets, finding } = subject;
      if (sockets.length > 0) return [...new Set(sockets.map(listenerEndpoint))];
      return finding.expected === null ? [] : [expectedEndpoint(finding.expected)];
    }
    case 'socket':
      return [listenerEndpoint(subject.socket)];
    case 'event': {
      const endpoint = eventEndpoint(subject.entry);
      return endpoint === null ? [] : [endpoint];
    }
  }
}
