import { native } from '../addon.js';
import type { Tables } from './capture.js';
import { AF_INET, AF_INET6, IP_PROTOCOL, LISTENING, UNIX_LISTENING } from './states.js';

const RECENT = 5;

/** Inode numbers of the UDP and unix sockets that listen, table by table, in the order in which the kernel has them. */
export type Inodes = readonly Uint32Array[];

export function inodesOf({ udp, unix }: Tables): Inodes {
  return [...udp.columns, ...unix.columns].map(({ inode }) => inode);
}

/**
 * Whether UDP or unix sockets have come or gone since the tables were read: neither tells of its closing by any event. It asks
 * for the listening ones only and makes no object of any, which takes a fraction of a reading.
 */
export class TablePulse {
  readonly #netns: string | null;
  #read: Inodes | null = null;
  readonly #took: number[] = [];

  constructor(netns: string | null) {
    this.#netns = netns;
  }

  /** Milliseconds that it takes: the least of the last times, since most of a long one may be that others had their turn. */
  get costMs(): number {
    return this.#took.length === 0 ? 0 : Math.min(...this.#took);
  }

  /**
   * What the tables had when they were read. What comes and goes between two pulses may have been read in between, so that pulses
   * are not compared with each other.
   */
  follow(read: Inodes): void {
    this.#read = read;
  }

  /** False before anything was read. @throws the kernel's error */
  async hasChanged(): Promise<boolean> {
    const { dumpInet, dumpUnix } = native();
    const start = performance.now();
    const dumps = await Promise.all([
      ...[AF_INET, AF_INET6].map((family) => dumpInet(this.#netns, family, IP_PROTOCOL.udp, LISTENING.udp)),
      dumpUnix(this.#netns, UNIX_LISTENING),
    ]);
    this.#took.push(performance.now() - start);
    if (this.#took.length > RECENT) this.#took.shift();
    const read = this.#read;
    return read !== null && !dumps.every(({ inode }, at) => areEqual(inode, read[at]));
  }
}

/** In the kernel's own order, which stays the same while nothing comes or goes. */
function areEqual(inodes: Uint32Array, others: Uint32Array | undefined): boolean {
  return others !== undefined && Buffer.compare(bytesOf(inodes), bytesOf(others)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
