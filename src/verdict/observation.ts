import type { NetworkInterface } from '../network/facts.js';
import type { OwnedListener } from '../owners/owner.js';
import type { Coverage } from '../sockets/coverage.js';
import type { SocketFile } from '../sockets/socket_file.js';
import type { MarkedRole } from '../spec/marked_role.js';

/** Facts about the node besides its sockets. */
export interface NodeFacts {
  readonly hostname: string;
  readonly kernel: string;
  /** Inode number of the network namespace that was looked at. */
  readonly netns: string;
  readonly defaultInterface: NetworkInterface | null;
  readonly interfaces: readonly NetworkInterface[];
  readonly ephemeralPorts: { readonly from: number; readonly to: number } | null;
  /** Role that the snap's own marker file gives; null where there is none. */
  readonly markedRole: MarkedRole | null;
}

/** All that a verdict rests on. */
export interface Observation {
  readonly node: NodeFacts;
  readonly sockets: readonly OwnedListener[];
  readonly coverage: Coverage;
  readonly files: readonly SocketFile[];
}

/** An observation with what every conditional row of a page asks of it. */
export interface Sighting extends Observation {
  /** See `oneOfEachOwner`. */
  readonly eachOwner: readonly OwnedListener[];
}
