import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Closed, Opened } from './change.js';

/** Moments on the clock of this process, in milliseconds (performance.now()). */
type Moment = number;

interface Known {
  readonly socket: OwnedListener;
  readonly since: Moment;
  /** Its opening was told, so that its closing must be, too. */
  readonly told: boolean;
}

/** Closed sockets are remembered this long, so that a table that was read meanwhile does not bring them back. */
const REMEMBER_CLOSED_MS = 60_000;

/**
 * Which listeners there are, from two sources that arrive in no fixed order: events, which come first and say little, and
 * tables, which come late and are the truth. Each opening and each closing is told once.
 */
export class ListenerTracker {
  readonly #known = new Map<string, Known>();
  readonly #byCookie = new Map<string, string>();
  readonly #closed = new Map<string, Moment>();
  /** Seen in one table and not told yet. */
  #unconfirmed = new Set<string>();
  readonly #hasEvents: boolean;

  /**
   * `hasEvents`: the kernel tells of openings. What only a table shows is then not told before a second table shows it too:
   * the event, which knows who it was, may still be on its way.
   */
  constructor(sockets: readonly OwnedListener[], now: Moment, hasEvents: boolean) {
    this.#hasEvents = hasEvents;
    for (const socket of sockets) this.#add({ socket, since: now, told: false });
  }

  /** The kernel says that a socket opened. */
  opened(socket: OwnedListener, at: string, now: Moment): Opened | null {
    if (this.#known.has(keyOf(socket))) return null;
    this.#add({ socket, since: now, told: true });
    return { event: 'opened', at, seenBy: 'kernel', socket };
  }

  /** The kernel says that a socket closed. By then it may have lost its inode, never its cookie. */
  closed(socket: OwnedListener, at: string, now: Moment): Closed | null {
    const key = (socket.cookie === null ? undefined : this.#byCookie.get(socket.id)) ?? keyOf(socket);
    this.#closed.set(socket.id, now);
    const known = this.#known.get(key);
    if (known === undefined) return null;
    this.#remove(key, known, now);
    return { event: 'closed', at, seenBy: 'kernel', socket: known.socket };
  }

  /**
   * Puts a table beside what is known. `readSince` is when the reading began: what opened or closed after that may be missing
   * from it, or still in it. `isQuiet` says which sockets are not worth telling when only a table shows them.
   */
  reconcile(
    table: readonly OwnedListener[],
    readSince: Moment,
    at: string,
    now: Moment,
    isQuiet: (socket: OwnedListener) => boolean,
  ): (Opened | Closed)[] {
    const changes: (Opened | Closed)[] = [];
    const present = new Set(table.map(keyOf));
    for (const [key, known] of this.#known) {
      if (present.has(key) || known.since >= readSince) continue;
      this.#remove(key, known, now);
      if (known.told || !isQuiet(known.socket))
        changes.push({ event: 'closed', at, seenBy: 'table', socket: known.socket });
    }
    const unconfirmed = new Set<string>();
    for (const socket of table) {
      const key = keyOf(socket);
      const known = this.#known.get(key);
      if ((this.#closed.get(socket.id) ?? -1) >= readSince) continue;
      if (known === undefined && this.#hasEvents && !this.#unconfirmed.has(key)) {
        unconfirmed.add(key);
        continue;
      }
      // Of a table like the last one nothing is new.
      if (known?.socket === socket) continue;
      const isNews = known === undefined && !isQuiet(socket);
      this.#add({
        socket: withOwnersOf(socket, known?.socket),
        since: known?.since ?? now,
        told: known?.told ?? isNews,
      });
      if (isNews) changes.push({ event: 'opened', at, seenBy: 'table', socket });
    }
    this.#unconfirmed = unconfirmed;
    for (const [id, closed] of this.#closed) if (closed < now - REMEMBER_CLOSED_MS) this.#closed.delete(id);
    return changes;
  }

  /** Whether a table has to be read again: for what is known only from events yet, or from one table only. */
  needsTable(moment: Moment): boolean {
    if (this.#unconfirmed.size > 0) return true;
    for (const { since } of this.#known.values()) if (since >= moment) return true;
    return false;
  }

  #add(known: Known): void {
    const { socket } = known;
    this.#known.set(keyOf(socket), known);
    if (socket.cookie !== null) this.#byCookie.set(socket.id, keyOf(socket));
  }

  #remove(key: string, { socket }: Known, now: Moment): void {
    this.#known.delete(key);
    this.#byCookie.delete(socket.id);
    this.#closed.set(socket.id, now);
  }
}

/** What a table shows of a socket; its holder may have been gone when owners were looked up, and known before. */
function withOwnersOf(socket: OwnedListener, before: OwnedListener | undefined): OwnedListener {
  if (socket.owners.length > 0 || before === undefined) return socket;
  return { ...socket, owners: before.owners, ownersUnknown: before.ownersUnknown };
}

/** An event about a UDP or unix socket has no cookie yet, so that the inode is all that joins it to the table. */
function keyOf({ protocol, inode, id }: OwnedListener): string {
  return inode === 0 ? id : `${protocol}:${inode}`;
}
