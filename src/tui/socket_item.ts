import type { Protocol } from '../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import { type Finding, type Severity, VERDICTS, type Verdict } from '../verdict/finding.js';
import { listenerText, programName } from '../verdict/text/format.js';
import {
  holderCell,
  ownerKey,
  queueCell,
  reachText,
  severityStyle,
  socketHaystack,
  startOf,
  uptimeCell,
} from './facts.js';
import type { Cell, CellContext, Item, Socket, Subject } from './item.js';

/** Every listener of a document, those of the judged namespace first. */
export function socketItems({ sockets, node, namespaces, findings }: SnapshotDocument): Item[] {
  const headings = new Map(
    (namespaces ?? []).map(({ netns, name, pods }) => [
      netns,
      `Network namespace ${netns}: ${pods.length > 0 ? `pod ${pods.join(', ')}` : (name ?? 'no pod')}, not judged`,
    ]),
  );
  const judgements = new Map<string, Finding>();
  for (const finding of findings) {
    for (const id of finding.sockets) {
      // Of several, what is wrong counts.
      if ((judgements.get(id)?.severity ?? 'none') === 'none') judgements.set(id, finding);
    }
  }
  return ordered(sockets).map((socket) => {
    const heading = headings.get(socket.netns) ?? `Network namespace ${socket.netns}`;
    return itemOf(socket, socket.netns === node.netns ? JUDGED : heading, judgements.get(socket.id) ?? null);
  });
}

/** What is judged stands first, and needs no heading. */
const JUDGED = '';

/**
 * Namespace by namespace, by protocol, port and address: the kernel has them in the order of its hash tables, in which nobody
 * finds anything. All but the address is one number, since there may be many.
 */
function ordered(sockets: readonly Socket[]): Socket[] {
  const namespaces = new Map<string, number>();
  const ranked = sockets.map((socket) => {
    const { netns, protocol, port } = socket;
    const namespace = namespaces.get(netns) ?? namespaces.size;
    namespaces.set(netns, namespace);
    return { socket, rank: (namespace * PROTOCOLS.length + PROTOCOLS.indexOf(protocol)) * PORTS + (port ?? 0) };
  });
  ranked.sort((a, b) => a.rank - b.rank || compareTexts(nameOf(a.socket), nameOf(b.socket)));
  return ranked.map(({ socket }) => socket);
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];
const PORTS = 65_536;

function nameOf({ address, path, abstract }: Socket): string {
  return address ?? path ?? abstract ?? '';
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const known = new WeakMap<Socket, SocketItem>();

/** The item that a socket had before, where it would be the same again. */
function itemOf(socket: Socket, group: string, finding: Finding | null): SocketItem {
  const { verdict = null, severity = 'none' } = finding ?? {};
  const before = known.get(socket);
  if (before?.group === group && before.verdict === verdict && before.severity === severity) return before;
  const item = new SocketItem(socket, group, verdict, severity);
  known.set(socket, item);
  return item;
}

class SocketItem implements Item {
  readonly key: string;
  readonly place: string;
  readonly group: string;
  readonly isFault: boolean;
  readonly subject: Subject & { readonly kind: 'socket' };
  readonly verdict: Verdict | null;
  readonly severity: Severity;
  #haystack: string | null = null;

  constructor(socket: Socket, group: string, verdict: Verdict | null, severity: Severity) {
    // Cookies are unique on a machine, inodes within a namespace's socket file system at least.
    this.key = `socket ${socket.netns} ${socket.id}`;
    this.place = `place ${socket.netns} ${socket.protocol} ${listenerText(socket)}`;
    this.group = group;
    this.verdict = verdict;
    this.severity = severity;
    this.isFault = severity !== 'none';
    this.subject = { kind: 'socket', socket };
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
        return holderCell([socket], false);
      case 'unit':
        return { text: unitOf(socket), style: 'plain' };
      case 'explained': {
        if (this.verdict === null || !this.isFault) return this.#explained();
        const mark = `${glyphs.verdict[this.verdict]} ${this.verdict}`;
        const { by, text } = socket.explainedBy;
        return { text: by === 'page' ? `${mark}: ${text}` : mark, style: severityStyle(this.severity) };
      }
      case 'queue':
        return queueCell([socket]);
      case 'up':
        return uptimeCell([socket], now);
      case 'pod':
        return { text: podOf(socket), style: 'plain' };
      default:
        return { text: '', style: 'plain' };
    }
  }

  rank(column: string): number | string {
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
        return unitOf(socket) || '~';
      case 'explained':
        return (this.verdict === null ? VERDICTS.length : VERDICTS.indexOf(this.verdict)) * 10 + explainedRank(socket);
      case 'queue':
        return socket.backlog === null ? 1 : -socket.backlog.current / Math.max(1, socket.backlog.max);
      case 'up':
        return -(startOf([socket]) ?? 0);
      case 'pod':
        return podOf(socket) || '~';
      default:
        return 0;
    }
  }

  haystack(): string {
    this.#haystack ??= `${socketHaystack(this.subject.socket)} ${this.verdict ?? ''} ${this.#explained().text.toLowerCase()}`;
    return this.#haystack;
  }

  #explained(): Cell {
    const { explainedBy, protocol } = this.subject.socket;
    const { by, text } = explainedBy;
    switch (by) {
      case 'page':
        return { text: `page: ${text}`, style: 'good' };
      case 'note':
        return { text: `note: ${text}`, style: 'plain' };
      case 'client':
        return { text: text ?? 'a client', style: 'dim' };
      case null:
        if (protocol === 'unix') return { text: 'unix, not judged', style: 'dim' };
        return { text: this.group === JUDGED ? 'nothing' : 'not judged', style: 'dim' };
    }
  }
}

function unitOf({ owners, origin }: Socket): string {
  const owner = owners.find((one) => one.kind === 'process');
  return (owner?.kind === 'process' ? owner.unit : null) ?? origin?.unit ?? '';
}

function podOf({ owners, origin }: Socket): string {
  const owner = owners.find((one) => one.kind === 'process');
  return (owner?.kind === 'process' ? owner.pod : null) ?? origin?.pod ?? '';
}

function explainedRank({ explainedBy, protocol }: Socket): number {
  if (explainedBy.by === null) return protocol === 'unix' ? 3 : 0;
  return { page: 1, note: 2, client: 4 }[explainedBy.by];
}
