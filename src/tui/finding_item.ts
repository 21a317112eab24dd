import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type Finding, SEVERITIES, type Severity, VERDICTS, type Verdict } from '../verdict/finding.js';
import { endpointOf } from '../verdict/text/sentences.js';
import {
  EMPTY_CELL,
  endpointsCell,
  expectedEndpoint,
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
import type { Cell, CellContext, Item, Socket, Subject } from './item.js';
import type { Search } from './search.js';

/** Every finding in the order of the document: the rows of the page, then the unexpected listeners. */
export function findingItems({ findings, sockets, bound = [] }: SnapshotDocument): Item[] {
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
    return new FindingItem(finding, members, others, count === 1 ? key : `${key}#${count}`);
  });
}

function otherIds({ code, params }: Finding): readonly string[] {
  if (code === 'bound-not-listening') return params.bound;
  return code === 'runs-but-not-here' ? params.others : [];
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

  constructor(finding: Finding, sockets: readonly Socket[], others: readonly OwnedListener[], key: string) {
    const [first] = sockets;
    this.key = `finding ${key}`;
    this.endpoint =
      finding.expected === null ? `unexpected ${first?.protocol}:${first?.port ?? first?.path}` : this.key;
    this.group = groupOf(finding);
    this.verdict = finding.verdict;
    this.severity = finding.severity;
    this.isFault = finding.severity !== 'none';
    this.signature = `${finding.verdict} ${finding.sockets.join(' ')} ${uniqueOwners(sockets).map(ownerKey).join(' ')}`;
    this.subject = { kind: 'finding', finding, sockets, others };
  }

  cell(column: string, { now, glyphs }: CellContext): Cell {
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
        return ownerCell(sockets, true);
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
        return rankOf(finding);
      case 'service':
        return finding.expected?.service ?? '~';
      case 'expected':
        return finding.expected?.port ?? Number.POSITIVE_INFINITY;
      case 'actual':
        return endpointsCell(sockets).text;
      case 'owner':
        return ownerCell(sockets, false).text;
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

/** By severity; then what another finding causes comes last, since mending that mends it; then by verdict. */
function rankOf({ severity, verdict, causedBy }: Finding): number {
  const within = (causedBy === null ? 0 : VERDICTS.length) + VERDICTS.indexOf(verdict);
  return SEVERITIES.indexOf(severity) * 2 * VERDICTS.length + within;
}

function groupOf({ expected }: Finding): string {
  if (expected === null) return 'Not in the page';
  if (expected.path !== null) return 'Unix sockets';
  return { all: 'All nodes', 'control-plane': 'Control plane nodes', worker: 'Worker nodes' }[expected.role ?? 'all'];
}
