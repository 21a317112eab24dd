import type { Coverage } from '../base/coverage.js';
import type { NetworkInterface } from '../kernel/network/addresses.js';
import type { DefaultAddresses } from '../kernel/network/default_addresses.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SocketFile } from '../kernel/sockets/socket_file.js';
import type { NodeConfiguration } from '../node/read_node.js';
import type { ListenerIndex } from './listener_index.js';

/** Facts about the node besides its sockets. */
export interface NodeFacts extends DefaultAddresses, NodeConfiguration {
  readonly hostname: string;
  readonly kernel: string;
  /** Inode number of the network namespace that was read. */
  readonly netns: string;
  readonly interfaces: readonly NetworkInterface[];
  readonly ephemeralPorts: { readonly from: number; readonly to: number } | null;
}

/** Everything that verdicts depend on. */
export interface Capture {
  readonly node: NodeFacts;
  readonly sockets: readonly OwnedListener[];
  readonly coverage: Coverage;
  readonly files: readonly SocketFile[];
  /** TCP sockets that are bound and do not listen, on ports where a row lacks its listener. */
  readonly bound?: readonly OwnedListener[];
}

/** A capture, prepared for the evaluation of rows. */
export interface EvaluationContext extends Pick<Capture, 'node' | 'coverage' | 'files'> {
  readonly listeners: ListenerIndex;
  readonly bound: readonly OwnedListener[];
  /** Ids of listeners at the places that the configuration gives their services: other rows do not take them for strangers. */
  readonly claimed: ReadonlySet<string>;
  /** It was read from texts, which have nothing better than the names of processes. */
  readonly isText: boolean;
}

/** Whether owners were read from a text, in which names are all there is. */
export function isFromText({ sources }: Coverage): boolean {
  const owners = sources.find(({ name }) => name === 'owners');
  return [...(owners?.notes ?? []), ...(owners?.errors ?? [])].some(({ code }) => code === 'ss-comm-only');
}
