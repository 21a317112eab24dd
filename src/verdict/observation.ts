import type { NetworkInterface } from '../network/facts.js';
import type { OwnedListener } from '../owners/owner.js';
import type { Coverage } from '../sockets/coverage.js';
import type { SocketFile } from '../sockets/socket_file.js';
import type { MarkedRole } from '../spec/marked_role.js';
import type { ListenerIndex } from './listener_index.js';

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

/** All that verdicts rest on. */
export interface Observation {
  readonly node: NodeFacts;
  readonly sockets: readonly OwnedListener[];
  readonly coverage: Coverage;
  readonly files: readonly SocketFile[];
}

/** An observation as rows are judged by it. */
export interface Scene extends Pick<Observation, 'node' | 'coverage' | 'files'> {
  readonly listeners: ListenerIndex;
}
