import type { Tables } from './capture.js';
import { type DiagAccess, inetDumps, unixDumps } from './sock_diag.js';
import { LISTENING, UNIX_LISTENING } from './states.js';

/** How many costs are kept. */
const RECENT = 5;

/** Inode numbers of the UDP and unix sockets that listen, table by table, in the kernel's own order. */
export type Inodes = readonly Uint32Array[];

export function inodesOf({ udp, unix }: Tables): Inodes {
  return [...udp.columns, ...unix.columns].map(({ inode }) => inode);
}

/**
 * Notices that UDP or unix sockets have opened or closed since the tables were read: their closing is no kernel event. It dumps
 * the listening ones only, as columns, at a fraction of the cost of a capture.
 */
export class ClosedSocketPoller {
  readonly #access: DiagAccess;
  #read: Inodes | null = null;
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
  compareWith(read: Inodes): void {
    this.#read = read;
  }

  /** False before the tables were read, and where sock_diag must not be used. @throws the kernel's error */
  async hasChanged(): Promise<boolean> {
    const start = performance.now();
    const begun = await Promise.all([
      inetDumps('udp', LISTENING.udp, this.#access),
      unixDumps(UNIX_LISTENING, this.#access),
    ]);
    const [udp, unix] = begun;
    if ('code' in udp || 'code' in unix) return false;
    const dumps = await Promise.all([...udp, ...unix]);
    this.#costs.push(performance.now() - start);
    if (this.#costs.length > RECENT) this.#costs.shift();
    const read = this.#read;
    return read !== null && !dumps.every(({ inode }, at) => areEqual(inode, read[at]));
  }
}

/** The kernel's order stays the same while nothing opens or closes. */
function areEqual(inodes: Uint32Array, others: Uint32Array | undefined): boolean {
  return others !== undefined && Buffer.compare(bytesOf(inodes), bytesOf(others)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
