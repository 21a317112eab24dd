import { isInRange } from '../../base/port_range.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../document/document.js';
import { type Identity, identityOf, unixNameOf } from './identity.js';

/** Listeners of one program on one port, or with one unix name, whatever their addresses and SO_REUSEPORT. */
export interface Group {
  readonly identity: Identity;
  readonly protocol: Protocol;
  /** Equal for the same protocol and port, or unix name, in or outside of the node's own namespace. */
  readonly endpoint: string;
  /** In another network namespace than the node's. */
  readonly isElsewhere: boolean;
  /** The port is ephemeral and not on the page. */
  readonly isEphemeral: boolean;
  /** A client's socket, which comes and goes. */
  readonly isClient: boolean;
  /** v6only is known of every `::`. */
  readonly knowsV6only: boolean;
  readonly listeners: readonly OwnedListener[];
}

/** All listeners of a snapshot. */
export function groupsOf({ sockets, node }: SnapshotDocument): Group[] {
  const groups = new Map<string, Group & { readonly listeners: OwnedListener[]; knowsV6only: boolean }>();
  for (const socket of sockets) {
    const { protocol, port, explainedBy } = socket;
    const isElsewhere = socket.netns !== node.netns;
    const endpoint = JSON.stringify([isElsewhere, protocol, port ?? unixNameOf(socket)]);
    const identity = identityOf(socket);
    const key = JSON.stringify([identity.key, endpoint]);
    const group = groups.get(key);
    const knowsV6only = socket.address !== '::' || socket.v6only !== null;
    if (group !== undefined) {
      group.listeners.push(socket);
      group.knowsV6only &&= knowsV6only;
    } else {
      groups.set(key, {
        identity,
        protocol,
        endpoint,
        isElsewhere,
        isEphemeral: explainedBy.by !== 'page' && isInRange(port, node.ephemeralPorts),
        isClient: explainedBy.by === 'client',
        knowsV6only,
        listeners: [socket],
      });
    }
  }
  return [...groups.values()];
}

/** Several groups as one, with the facts of the first; null for none. */
export function merged(groups: readonly Group[]): Group | null {
  const [first] = groups;
  return first === undefined ? null : { ...first, listeners: groups.flatMap(({ listeners }) => listeners) };
}
