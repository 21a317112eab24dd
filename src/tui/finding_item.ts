import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type Finding, VERDICTS } from '../verdict/finding.js';
import {
  fullestQueue,
  holderCell,
  listenersCell,
  ownerKey,
  placeText,
  queueCell,
  severityStyle,
  socketHaystack,
  startOf,
  uniqueOwners,
  uptimeCell,
} from './facts.js';
import type { Cell, CellContext, Item, Socket, Subject } from './item.js';

/** Every finding of a document, in its order: the rows of the page, then what no row explains. */
export function findingItems({ findings, sockets }: SnapshotDocument): Item[] {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const place = placeOf(finding);
    // A page may have the same row twice.
    const nth = (seen.get(place) ?? 0) + 1;
    seen.set(place, nth);
    const members = finding.sockets.flatMap((id) => byId.get(id) ?? []);
    return new FindingItem(finding, members, nth === 1 ? place : `${place}#${nth}`);
  });
}

/** A row is itself; what no row explains is told by where it listens and how far it can be reached. */
function placeOf({ expected, sockets, severity, verdict }: Finding): string {
  if (expected !== null) return `row ${JSON.stringify(expected)}`;
  return `${verdict} ${severity} ${[...sockets].sort().join(' ')}`;
}

class FindingItem implements Item {
  readonly key: string;
  readonly place: string;
  readonly group: string;
  readonly isFault: boolean;
  readonly signature: string;
  readonly subject: Subject & { readonly kind: 'finding' };
  #haystack: string | null = null;

  constructor(finding: Finding, sockets: readonly Socket[], key: string) {
    const [first] = sockets;
    this.key = `finding ${key}`;
    this.place = finding.expected === null ? `unexplained ${first?.protocol}:${first?.port ?? first?.path}` : this.key;
    this.group = groupOf(finding);
    this.isFault = finding.severity !== 'none';
    this.signature = `${finding.verdict} ${finding.sockets.join(' ')} ${uniqueOwners(sockets).map(ownerKey).join(' ')}`;
    this.subject = { kind: 'finding', finding, sockets };
  }

  cell(column: string, { now, glyphs }: CellContext): Cell {
    const { finding, sockets } = this.subject;
    const { verdict, severity, expected } = finding;
    const isDim = verdict === 'not-applicable';
    switch (column) {
      case 'verdict':
        return { text: `${glyphs.verdict[verdict]} ${verdict}`, style: isDim ? 'dim' : severityStyle(severity) };
      case 'service':
        return { text: expected?.service ?? '-', style: isDim ? 'dim' : 'plain' };
      case 'page':
        return { text: expected === null ? '-' : placeText(expected), style: isDim ? 'dim' : 'plain' };
      case 'node':
        return listenersCell(sockets);
      case 'owner':
        return holderCell(sockets, true);
      case 'queue':
        return queueCell(sockets);
      case 'up':
        return uptimeCell(sockets, now);
      default:
        return { text: '', style: 'plain' };
    }
  }

  rank(column: string): number | string {
    const { finding, sockets } = this.subject;
    switch (column) {
      case 'verdict':
        return VERDICTS.indexOf(finding.verdict) * 10 + (finding.severity === 'info' ? 1 : 0);
      case 'service':
        return finding.expected?.service ?? '~';
      case 'page':
        return finding.expected?.port ?? Number.POSITIVE_INFINITY;
      case 'node':
        return listenersCell(sockets).text;
      case 'owner':
        return holderCell(sockets, false).text;
      case 'queue': {
        const queue = fullestQueue(sockets);
        return queue === null ? 1 : -queue.current / Math.max(1, queue.max);
      }
      case 'up':
        return -(startOf(sockets) ?? 0);
      default:
        return 0;
    }
  }

  haystack(): string {
    const { finding, sockets } = this.subject;
    const { verdict, severity, message, expected, reason } = finding;
    this.#haystack ??= [
      verdict,
      severity,
      message,
      reason ?? '',
      expected === null ? '' : `${expected.service} ${placeText(expected)}/${expected.protocol}`,
      ...sockets.map(socketHaystack),
    ]
      .join(' ')
      .toLowerCase();
    return this.#haystack;
  }
}

const GROUPS = {
  all: 'All nodes',
  'control-plane': 'Control plane nodes',
  worker: 'Worker nodes',
  unix: 'Unix sockets',
  none: 'Not on the page',
} as const;

function groupOf({ expected }: Finding): string {
  if (expected === null) return GROUPS.none;
  return expected.path === null ? GROUPS[expected.role ?? 'all'] : GROUPS.unix;
}
