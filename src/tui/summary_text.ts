import { ownersText } from '../verdict/text/format.js';
import { placeWithProtocol } from './cells.js';
import { eventText } from './event_text.js';
import { brokenClaims } from './finding_item.js';
import type { Item } from './item.js';

/** An item in one sentence, which its columns may cut. */
export function summaryText({ subject, group }: Item): string {
  switch (subject.kind) {
    case 'finding':
      return [
        subject.finding.message,
        ...brokenClaims(subject).map((one) => `its claim ${one.claim} is broken: ${one.message}`),
      ].join('; ');
    case 'socket': {
      const { socket } = subject;
      // The group's heading may have scrolled out of view.
      return `${placeWithProtocol(socket)}: ${ownersText([socket])}${group === '' ? '' : `; ${group}`}`;
    }
    case 'event':
      return eventText(subject.entry);
  }
}
