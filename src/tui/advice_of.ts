import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Advice, Finding } from '../verdict/finding.js';
import { adviceForUncoded } from '../verdict/text/advice.js';
import { bindAdvice } from '../verdict/text/bind_advice.js';
import type { Subject } from './item.js';

/** What to do about a finding. Findings of older snapshots have no code and no advice, but enough to give it. */
export function adviceOf(finding: Finding, sockets: readonly OwnedListener[]): Advice | null {
  if (finding.code !== null) return finding.advice;
  return adviceForUncoded(finding, new Map(sockets.map((socket) => [socket.id, socket])));
}

/** The same for a line of any view; null: nothing. */
export function adviceFor(subject: Subject): Advice | null {
  switch (subject.kind) {
    case 'finding':
      return adviceOf(subject.finding, subject.sockets);
    case 'socket':
      return subject.fault === null ? null : adviceOf(subject.fault, [subject.socket]);
    case 'event': {
      const { change, listeners } = subject.entry;
      if (change.event === 'bind-failed') return bindAdvice(change);
      return change.event === 'verdict' && change.after !== null ? adviceOf(change.after, listeners) : null;
    }
  }
}
