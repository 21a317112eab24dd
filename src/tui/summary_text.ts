import { ownersText } from '../verdict/text/format.js';
import { placeWithProtocol } from './cells.js';
import { eventText } from './event_text.js';
import { brokenClaims } from './finding_item.js';
import type { Item } from './item.js';
import { explanationCell } from './socket_item.js';

/** An item in one sentence, which its columns may cut. */
export function summaryText({ subject, group }: Item): string {
  switch (subject.kind) {
    case 'finding':
      return [
        subject.finding.message,
        ...brokenClaims(subject).map((one) => `its claim ${one.claim} is broken: ${one.message}`),
      ].join('; ');
    case 'socket': {
      const { socket, fault } = subject;
      if (fault !== null) return fault.message;
      // The group's heading may have scrolled out of view.
      const why = group === '' ? explanationCell(socket, group).text : group;
      return `${placeWithProtocol(socket)}: ${ownersText([socket])}; ${why}`;
    }
    case 'event':
      return eventText(subject.entry);
  }
}
