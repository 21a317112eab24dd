import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type Finding, type Severity, VERDICTS, type Verdict } from '../verdict/finding.js';
import { listenerText, programName } from '../verdict/text/format.js';
import {
  EMPTY_CELL,
  ownerCell,
  ownerKey,
  queueCell,
  queueSortKey,
  reachText,
  SEVERITY_STYLE,
  socketText,
  uptimeCell,
  uptimeSortKey,
} from './cells.js';
import type { Cell, CellContext, Item, Socket, Subject } from './item.js';
import type { Search } from './search.js';

/** Every listener of a document, those of the evaluated network namespace first. */
export function socketItems({ sockets, node, namespaces, findings }: SnapshotDocument): Item[] {
  const headings = new Map(
    (namespaces ?? []).map(({ netns, name, pods, podNames = [] }) => {
      const shown = podNames.length === pods.length ? podNames : pods;
      const whose = pods.length > 0 ? `pod ${shown.join(', ')}` : (name ?? 'no pod');
      return [netns, `Network namespace ${netns}: ${whose}, not evaluated`];
    }),
  );
  const findingOf = new Map<string, Finding>();
  for (const finding of findings) {
    for (const id of finding.sockets) {
      // A socket can be in several findings; a fault takes precedence.
      if ((findingOf.get(id)?.severity ?? 'none') === 'none') findingOf.set(id, finding);
    }
  }
  return sorted(sockets).map((socket) => {
    const heading = headings.get(socket.netns) ?? `Network namespace ${socket.netns}`;
    return itemOf(socket, socket.netns === node.netns ? EVALUATED : heading, findingOf.get(socket.id) ?? null);
  });
}

/** The evaluated namespace comes first and needs no heading. */
const EVALUATED = '';

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];
const PORTS = 65_536;

/** By namespace, protocol and port as one number, since there may be many, then by address. The kernel lists sockets by hash. */
function sorted(sockets: readonly Socket[]): Socket[] {
  const namespaces = new Map<string, number>();
  const ranked = sockets.map((socket) => {
    const { netns, protocol, port } = socket;
    const namespace = namespaces.get(netns) ?? namespaces.size;
    namespaces.set(netns, namespace);
    return { socket, rank: (namespace * PROTOCOLS.length + PROTOCOLS.indexOf(protocol)) * PORTS + (port ?? 0) };
  });
  ranked.sort((a, b) => a.rank - b.rank || compareTexts(addressOf(a.socket), addressOf(b.socket)));
  return ranked.map(({ socket }) => socket);
}

function addressOf({ address, path, abstract }: Socket): string {
  return address ?? path ?? abstract ?? '';
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const cache = new WeakMap<Socket, SocketItem>();

/** Reuses the item of an unchanged socket. */
function itemOf(socket: Socket, group: string, finding: Finding | null): SocketItem {
  const { verdict = null, severity = 'none' } = finding ?? {};
  const fault = severity === 'none' ? null : finding;
  const before = cache.get(socket);
  if (before?.group === group && before.verdict === verdict && before.subject.fault === fault) return before;
  const item = new SocketItem({ kind: 'socket', socket, fault }, group, verdict);
  cache.set(socket, item);
  return item;
}

class SocketItem implements Item {
  readonly group: string;
  readonly isFault: boolean;
  readonly subject: Subject & { readonly kind: 'socket' };
  readonly verdict: Verdict | null;
  readonly severity: Severity;
  /** Not with the texts of the owners: kept for all listeners, these would take more memory than the sockets. */
  #text: string | null = null;

  constructor(subject: SocketItem['subject'], group: string, verdict: Verdict | null) {
    this.group = group;
    this.verdict = verdict;
    this.severity = subject.fault?.severity ?? 'none';
    this.isFault = subject.fault !== null;
    this.subject = subject;
  }

  // Not kept: there may be many listeners.
  get key(): string {
    const { netns, id } = this.subject.socket;
    return `socket ${netns} ${id}`;
  }

  get endpoint(): string {
    const { socket } = this.subject;
    return `${socket.netns} ${socket.protocol} ${listenerText(socket)}`;
  }

  get signature(): string {
    return `${this.verdict} ${this.subject.socket.owners.map(ownerKey).join(' ')}`;
  }

  cell(column: string, { now, glyphs }: CellContext): Cell {
    const { socket } = this.subject;
    switch (column) {
      case 'protocol':
        return { text: socket.protocol, style: 'plain' };
      case 'address':
        return { text: listenerText(socket), style: 'plain' };
      case 'reach':
        return { text: reachText(socket), style: reachText(socket) === 'everywhere' ? 'bold' : 'plain' };
      case 'owner':
        return ownerCell([socket], false);
      case 'unit':
        return { text: ownerOrCreator(socket, 'unit'), style: 'plain' };
      case 'explained': {
        if (this.verdict === null || !this.isFault) return explanationCell(socket, this.group);
        const verdict = `${glyphs.verdict[this.verdict]} ${this.verdict}`;
        const { by, text } = socket.explainedBy;
        return { text: by === 'page' ? `${verdict}: ${text}` : verdict, style: SEVERITY_STYLE[this.severity] };
      }
      case 'queue':
        return queueCell([socket]);
      case 'up':
        return uptimeCell([socket], now);
      case 'pod':
        return { text: ownerOrCreator(socket, 'pod'), style: 'plain' };
      default:
        return EMPTY_CELL;
    }
  }

  sortKey(column: string): number | string {
    const { socket } = this.subject;
    switch (column) {
      case 'protocol':
        return socket.protocol;
      case 'port':
        return socket.port ?? Number.POSITIVE_INFINITY;
      case 'address':
        return listenerText(socket);
      case 'reach':
        return reachText(socket);
      case 'owner': {
        const [owner] = socket.owners;
        return owner === undefined ? '~' : owner.kind === 'kernel' ? owner.device : programName(owner);
      }
      case 'unit':
      case 'pod':
        return ownerOrCreator(socket, column) || '~';
      case 'explained': {
        const verdict = this.verdict === null ? VERDICTS.length : VERDICTS.indexOf(this.verdict);
        return verdict * 10 + explanationRank(socket);
      }
      case 'queue':
        return queueSortKey([socket]);
      case 'up':
        return uptimeSortKey([socket]);
      default:
        return 0;
    }
  }

  matches(search: Search): boolean {
    const { socket } = this.subject;
    this.#text ??=
      `${socketText(socket)} ${this.verdict ?? ''} ${explanationCell(socket, this.group).text}`.toLowerCase();
    return search.isIn(this.#text) || search.isInOwners(socket.owners);
  }
}

/** What explains a listener; only those of the evaluated namespace, which has no heading, can be unexplained. */
export function explanationCell({ explainedBy: { by, text }, protocol }: Socket, group: string): Cell {
  switch (by) {
    case 'page':
      return { text: `page: ${text}`, style: 'good' };
    case 'note':
      return { text: `note: ${text}`, style: 'plain' };
    case 'client':
      return { text: text ?? 'a client', style: 'dim' };
    case null:
      if (protocol === 'unix') return { text: 'unix, not evaluated', style: 'dim' };
      return { text: group === EVALUATED ? 'nothing' : 'not evaluated', style: 'dim' };
  }
}

/** Of the first process, else of the cgroup that created the socket. */
function ownerOrCreator({ owners, origin }: Socket, field: 'unit' | 'pod'): string {
  const owner = owners.find((one) => one.kind === 'process');
  return (owner?.kind === 'process' ? owner[field] : null) ?? origin?.[field] ?? '';
}

function explanationRank({ explainedBy, protocol }: Socket): number {
  if (explainedBy.by === null) return protocol === 'unix' ? 3 : 0;
  return { page: 1, note: 2, client: 4 }[explainedBy.by];
}
