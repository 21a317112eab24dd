import type { OwnedListener } from '../../kernel/owners/owner.js';
import { idOf } from '../../kernel/sockets/listeners.js';
import type { Closed, Opened } from '../../snapshot/document/change.js';

/** Milliseconds on the clock of this process (performance.now()). */
type Moment = number;

interface KnownListener {
  readonly socket: OwnedListener;
  readonly since: Moment;
  /** Its opening was reported, so its closing must be. */
  readonly isReported: boolean;
}

/** How long a closed socket is remembered, so that a table that was read meanwhile does not bring it back. */
const REMEMBER_CLOSED_MS = 60_000;

/**
 * Merges two sources that come in no fixed order: events, which are early and say little, and tables, which are late and
 * authoritative. Each opening and each closing is reported once.
 */
export class ListenerTracker {
  readonly #known = new Map<string, KnownListener>();
  readonly #byCookie = new Map<string, string>();
  readonly #closed = new Map<string, Moment>();
  /** Seen in one table, and not reported yet. */
  #unconfirmed = new Set<string>();
  readonly #hasEvents: boolean;

  /**
   * With `hasEvents`, what only a table shows is not reported before a second table shows it: its event, which says which process it
   * was, may still be queued.
   */
  constructor(sockets: readonly OwnedListener[], now: Moment, hasEvents: boolean) {
    this.#hasEvents = hasEvents;
    for (const socket of sockets) this.#add({ socket, since: now, isReported: false });
  }

  /** An event of the kernel. */
  opened(socket: OwnedListener, at: string, now: Moment): Opened | null {
    if (this.#known.has(socketKey(socket))) return null;
    this.#add({ socket, since: now, isReported: true });
    return { event: 'opened', at, seenBy: 'kernel', socket };
  }

  /** An event of the kernel. A socket that closes may have lost its inode already, but not its cookie. */
  closed(socket: OwnedListener, at: string, now: Moment): Closed | null {
    const key = (socket.cookie === null ? undefined : this.#byCookie.get(socket.id)) ?? socketKey(socket);
    this.#closed.set(socket.id, now);
    const known = this.#known.get(key);
    if (known === undefined) return null;
    this.#remove(key, known, now);
    return { event: 'closed', at, seenBy: 'kernel', socket: known.socket };
  }

  /**
   * Compares a table with what is known. Sockets that opened or closed after `readSince`, when its reading began, may be missing
   * from it or still in it. What only a table shows is not reported where `isQuiet`.
   */
  reconcile(
    table: readonly OwnedListener[],
    readSince: Moment,
    at: string,
    now: Moment,
    isQuiet: (socket: OwnedListener) => boolean,
  ): (Opened | Closed)[] {
    const changes: (Opened | Closed)[] = [];
    const present = new Set(table.map(socketKey));
    for (const [key, known] of this.#known) {
      if (present.has(key) || known.since >= readSince) continue;
      this.#remove(key, known, now);
      if (known.isReported || !isQuiet(known.socket))
        changes.push({ event: 'closed', at, seenBy: 'table', socket: known.socket });
    }
    const unconfirmed = new Set<string>();
    for (const socket of table) {
      const key = socketKey(socket);
      const known = this.#known.get(key);
      if ((this.#closed.get(socket.id) ?? -1) >= readSince) continue;
      if (known === undefined && this.#hasEvents && !this.#unconfirmed.has(key)) {
        unconfirmed.add(key);
        continue;
      }
      if (known?.socket === socket) continue;
      const isNews = known === undefined && !isQuiet(socket);
      this.#add({
        socket: withOwnersOf(socket, known?.socket),
        since: known?.since ?? now,
        isReported: known?.isReported ?? isNews,
      });
      if (isNews) changes.push({ event: 'opened', at, seenBy: 'table', socket });
    }
    this.#unconfirmed = unconfirmed;
    for (const [id, closed] of this.#closed) if (closed < now - REMEMBER_CLOSED_MS) this.#closed.delete(id);
    return changes;
  }

  /** Whether its opening has still to be reported: a table shows it, and a second must confirm it. */
  isUnconfirmed(socket: OwnedListener): boolean {
    return this.#unconfirmed.has(socketKey(socket));
  }

  /** Whether something is known only from events since then, or from one table only. */
  needsTable(moment: Moment): boolean {
    if (this.#unconfirmed.size > 0) return true;
    for (const { since } of this.#known.values()) if (since >= moment) return true;
    return false;
  }

  #add(known: KnownListener): void {
    const { socket } = known;
    this.#known.set(socketKey(socket), known);
    if (socket.cookie !== null) this.#byCookie.set(socket.id, socketKey(socket));
  }

  #remove(key: string, { socket }: KnownListener, now: Moment): void {
    this.#known.delete(key);
    this.#byCookie.delete(socket.id);
    this.#closed.set(socket.id, now);
  }
}

/** The owners of a socket are those known before if they had gone when the table was read. */
function withOwnersOf(socket: OwnedListener, before: OwnedListener | undefined): OwnedListener {
  if (socket.owners.length > 0 || before === undefined) return socket;
  return { ...socket, owners: before.owners, ownersUnknown: before.ownersUnknown };
}

/**
 * The event of a UDP or unix socket that opens has no cookie, so only the inode can join it with the table. Where that is not certain,
 * which changes with the sockets around it, the id has it.
 */
export function socketKey({ protocol, inode, id }: OwnedListener): string {
  return inode === 0 ? id : idOf(protocol, null, inode);
}
