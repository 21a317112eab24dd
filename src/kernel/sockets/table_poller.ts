import type { InetColumns, UnixColumns } from '../addon.js';
import type { Listener } from './listener.js';
import { backlogOf, dropsOf } from './listeners.js';
import { type DiagAccess, inetDumps, unixDumps } from './sock_diag.js';
import { LISTENING, TCP_LISTEN, UNIX_LISTENING } from './states.js';

/** How many costs are kept. */
const RECENT = 5;

/** What tells one socket from another, table by table, in the kernel's own order. */
export interface Identities {
  readonly tcp: readonly Uint32Array[];
  /** Of UDP and unix sockets. */
  readonly others: readonly Uint32Array[];
}

export function identitiesOf(
  tcp: readonly InetColumns[],
  udp: readonly InetColumns[],
  unix: readonly Pick<UnixColumns, 'inode'>[],
): Identities {
  return {
    tcp: tcp.flatMap(inetIdentity),
    others: [...udp.flatMap(inetIdentity), ...unix.map(({ inode }) => inode)],
  };
}

/** A socket gets another interface (SO_BINDTODEVICE) or owner (fchown(2)) without an event. */
function inetIdentity({ inode, device, uid }: InetColumns): Uint32Array[] {
  return [inode, device, uid];
}

/** What the traffic at a listener changes. */
export type Counters = Pick<Listener, 'backlog' | 'drops'>;

/** Of all listeners, by inode number. The same object while nothing changes. */
export type CountersByInode = ReadonlyMap<number, Counters>;

export interface Poll {
  /** Since the tables were read. */
  readonly hasChanged: boolean;
  /** null: not asked for, or unknown. */
  readonly counters: CountersByInode | null;
}

const NOTHING: Poll = { hasChanged: false, counters: null };

/**
 * Notices what no kernel event reports since the tables were read: that UDP or unix sockets have opened or closed, and how long
 * queues are. It dumps the listening sockets only, as columns, at a fraction of the cost of a capture.
 */
export class TablePoller {
  readonly #access: DiagAccess;
  #read: Identities | null = null;
  #counted: { readonly columns: readonly Uint32Array[]; readonly counters: CountersByInode } | null = null;
  readonly #costs: number[] = [];

  constructor(access: DiagAccess) {
    this.#access = access;
  }

  /** Milliseconds: the least of the last costs, since a longer one is mostly time in which other processes ran. */
  get costMs(): number {
    return this.#costs.length === 0 ? 0 : Math.min(...this.#costs);
  }

  /**
   * Sets what was in the tables when they were read. Polls are not compared with each other: a socket that opened and closed
   * between two polls may have been read in between.
   */
  compareWith(read: Identities): void {
    this.#read = read;
  }

  /**
   * Without `withCounters` TCP is left out: its sockets open and close with an event. Nothing has changed before the tables were
   * read, and where sock_diag must not be used. @throws the kernel's error
   */
  async poll(withCounters: boolean): Promise<Poll> {
    const start = performance.now();
    const [udp, unix, tcp] = await Promise.all([
      inetDumps('udp', LISTENING.udp, this.#access),
      unixDumps(UNIX_LISTENING, this.#access),
      withCounters ? inetDumps('tcp', LISTENING.tcp, this.#access) : [],
    ]);
    if ('code' in udp || 'code' in unix || 'code' in tcp) return NOTHING;
    const dumps = await Promise.all([Promise.all(tcp), Promise.all(udp), Promise.all(unix)]);
    this.#costs.push(performance.now() - start);
    if (this.#costs.length > RECENT) this.#costs.shift();
    const [tcpTables, udpTables, unixTables] = dumps;
    return {
      hasChanged: this.#hasChanged(withCounters, ...dumps),
      counters: withCounters ? this.#count([...tcpTables, ...udpTables], unixTables) : null,
    };
  }

  #hasChanged(
    withTcp: boolean,
    tcp: readonly InetColumns[],
    udp: readonly InetColumns[],
    unix: readonly UnixColumns[],
  ): boolean {
    const read = this.#read;
    if (read === null) return false;
    const now = identitiesOf(tcp, udp, unix);
    return !areEqual(now.others, read.others) || (withTcp && !areEqual(now.tcp, read.tcp));
  }

  #count(inet: readonly InetColumns[], unix: readonly UnixColumns[]): CountersByInode {
    const columns = [
      ...inet.flatMap(({ inode, rqueue, wqueue, drops }) => [inode, rqueue, wqueue, drops]),
      ...unix.flatMap(({ inode, rqueue, wqueue }) => [inode, rqueue, wqueue]),
    ];
    if (this.#counted === null || !areEqual(columns, this.#counted.columns)) {
      this.#counted = { columns, counters: new Map([...inet.flatMap(inetCounters), ...unix.flatMap(unixCounters)]) };
    }
    return this.#counted.counters;
  }
}

function inetCounters(columns: InetColumns): [number, Counters][] {
  return Array.from(columns.inode, (inode, at) => [
    inode,
    { backlog: columns.state[at] === TCP_LISTEN ? backlogOf(columns, at) : null, drops: dropsOf(columns, at) },
  ]);
}

function unixCounters(columns: UnixColumns): [number, Counters][] {
  return Array.from(columns.inode, (inode, at) => [
    inode,
    { backlog: columns.state[at] === TCP_LISTEN ? backlogOf(columns, at) : null, drops: null },
  ]);
}

/** The kernel's order stays the same while nothing opens or closes. */
function areEqual(columns: readonly Uint32Array[], others: readonly Uint32Array[]): boolean {
  return (
    columns.length === others.length &&
    columns.every((column, at) => {
      const other = others[at];
      return other !== undefined && Buffer.compare(bytesOf(column), bytesOf(other)) === 0;
    })
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
