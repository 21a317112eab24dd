import { native } from '../native.js';
import { AF_INET, AF_INET6, IP_PROTOCOL, LISTENING, UNIX_LISTENING } from './states.js';

/**
 * Whether UDP or unix sockets have come or gone since the last time: neither tells of its closing by any event. It asks for the
 * listening ones only and makes no object of any, which takes a fraction of a reading.
 */
export class TablePulse {
  readonly #netns: string | null;
  #last: readonly Uint32Array[] | null = null;

  constructor(netns: string | null) {
    this.#netns = netns;
  }

  /** False the first time. @throws the kernel's error */
  async hasChanged(): Promise<boolean> {
    const { dumpInet, dumpUnix } = native();
    const dumps = await Promise.all([
      ...[AF_INET, AF_INET6].map((family) => dumpInet(this.#netns, family, IP_PROTOCOL.udp, LISTENING.udp)),
      dumpUnix(this.#netns, UNIX_LISTENING),
    ]);
    const before = this.#last;
    this.#last = dumps.map(({ inode }) => inode);
    return before !== null && !this.#last.every((inodes, at) => areEqual(inodes, before[at]));
  }
}

/** In the kernel's own order, which stays the same while nothing comes or goes. */
function areEqual(inodes: Uint32Array, others: Uint32Array | undefined): boolean {
  return others !== undefined && Buffer.compare(bytesOf(inodes), bytesOf(others)) === 0;
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
