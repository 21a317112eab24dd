import { isDeepStrictEqual } from 'node:util';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { Claim } from '../verdict/claim.js';
import { type Finding, SEVERITIES, type Severity, VERDICTS, type Verdict } from '../verdict/finding.js';
import { endpointOf } from '../verdict/text/sentences.js';
import {
  EMPTY_CELL,
  endpointsCell,
  expectedEndpoint,
  lastOwnerCell,
  ownerCell,
  ownerKey,
  queueCell,
  queueSortKey,
  SEVERITY_STYLE,
  socketText,
  uniqueOwners,
  uptimeCell,
  uptimeSortKey,
} from './cells.js';
import type { Cell, CellContext, Item, Subject } from './item.js';
import { lastHeld } from './last_held.js';
import type { Search } from './search.js';

/** Every finding in the order of the document: the rows of the page, then the unexpected listeners. */
export function findingItems({ findings, sockets, bound = [], claims = [] }: SnapshotDocument): Item[] {
  const byId = new Map(sockets.map((socket) => [socket.id, socket]));
  const boundById = new Map(bound.map((socket) => [socket.id, socket]));
  const counts = new Map<string, number>();
  return findings.map((finding) => {
    const key = keyOf(finding);
    // A page can contain the same row twice.
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const members = finding.sockets.flatMap((id) => byId.get(id) ?? []);
    const others = otherIds(finding).flatMap((id) => byId.get(id) ?? boundById.get(id) ?? []);
    const ofRow = claims.filter(({ row }) => isDeepStrictEqual(row, finding.expected));
    const subject = { kind: 'finding', finding, sockets: members, others, claims: ofRow } as const;
    return new FindingItem(subject, count === 1 ? key : `${key}#${count}`);
  });
}

function otherIds({ code, params }: Finding): readonly string[] {
  if (code === 'bound-not-listening') return params.bound;
  return code === 'runs-but-not-here' ? params.others : [];
}

/** Nothing but its name says that the owner is a service. */
export function isByNameOnly({ code }: Finding): boolean {
  return code === 'not-its-unit' || code === 'noted-by-name-only';
}

function keyOf({ expected, sockets, severity, verdict }: Finding): string {
  if (expected !== null) return `row ${JSON.stringify(expected)}`;
  return `${verdict} ${severity} ${[...sockets].sort().join(' ')}`;
}

class FindingItem implements Item {
  readonly key: string;
  readonly endpoint: string;
  readonly group: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly isFault: boolean;
  readonly signature: string;
  readonly subject: Subject & { readonly kind: 'finding' };

  constructor(subject: FindingItem['subject'], key: string) {
    const { finding, sockets } = subject;
    const [first] = sockets;
    this.key = `finding ${key}`;
    this.endpoint =
      finding.expected === null ? `unexpected ${first?.protocol}:${first?.port ?? first?.path}` : this.key;
    this.group = groupOf(finding);
    this.verdict = finding.verdict;
    this.severity = finding.severity;
    this.isFault = finding.severity !== 'none' || brokenClaims(subject).length > 0;
    this.signature = `${finding.verdict} ${finding.sockets.join(' ')} ${uniqueOwners(sockets).map(ownerKey).join(' ')}`;
    this.subject = subject;
  }

  cell(column: string, { now, glyphs, timeline }: CellContext): Cell {
    const { finding, sockets } = this.subject;
    const { verdict, severity, expected } = finding;
    const isDim = verdict === 'not-applicable';
    switch (column) {
      case 'verdict':
        return { text: `${glyphs.verdict[verdict]} ${verdict}`, style: isDim ? 'dim' : SEVERITY_STYLE[severity] };
      case 'service':
        return { text: expected?.service ?? '-', style: isDim ? 'dim' : 'plain' };
      case 'expected':
        return { text: expected === null ? '-' : expectedEndpoint(expected), style: isDim ? 'dim' : 'plain' };
      case 'actual':
        return endpointsCell(sockets);
      case 'owner':
        if (sockets.length === 0) return lastOwnerCell(lastHeld(finding, timeline));
        return ownerCell(sockets, true, isByNameOnly(finding));
      case 'queue':
        return queueCell(sockets);
      case 'up':
        return uptimeCell(sockets, now);
      default:
        return EMPTY_CELL;
    }
  }

  sortKey(column: string): number | string {
    const { finding, sockets } = this.subject;
    switch (column) {
      case 'verdict':
        return rankOf(this.subject);
      case 'service':
        return finding.expected?.service ?? '~';
      case 'expected':
        return finding.expected?.port ?? Number.POSITIVE_INFINITY;
      case 'actual':
        return sockets.length === 0 ? '~' : endpointsCell(sockets).text;
      case 'owner':
        return sockets.length === 0 ? '~' : ownerCell(sockets, false).text;
      case 'queue':
        return queueSortKey(sockets);
      case 'up':
        return uptimeSortKey(sockets);
      default:
        return 0;
    }
  }

  matches(search: Search): boolean {
    const { finding, sockets } = this.subject;
    const { verdict, severity, message, expected } = finding;
    const row = expected === null ? '' : `${expected.service} ${endpointOf(expected)}`;
    if (search.isIn(`${verdict} ${severity} ${row} `) || search.isIn(message)) return true;
    return sockets.some((socket) => search.isIn(socketText(socket)) || search.isInOwners(socket.owners));
  }
}

/**
 * By severity, also of broken claims; then what another finding causes comes last, since mending that mends it; then by
 * verdict.
 */
function rankOf(subject: FindingItem['subject']): number {
  const { severity, verdict, causedBy } = subject.finding;
  const within = (causedBy === null ? 0 : VERDICTS.length) + VERDICTS.indexOf(verdict);
  const ranks = [severity, ...brokenClaims(subject).map((claim) => claim.severity)].map((one) =>
    SEVERITIES.indexOf(one),
  );
  return Math.min(...ranks) * 2 * VERDICTS.length + within;
}

/** About the row of an item; none for other subjects. */
export function brokenClaims(subject: Subject): Claim[] {
  return subject.kind === 'finding' ? subject.claims.filter(({ result }) => result === 'broken') : [];
}

function groupOf({ expected }: Finding): string {
  if (expected === null) return 'Not in the page';
  if (expected.path !== null) return 'Unix sockets';
  return { all: 'All nodes', 'control-plane': 'Control plane nodes', worker: 'Worker nodes' }[expected.role ?? 'all'];
}
