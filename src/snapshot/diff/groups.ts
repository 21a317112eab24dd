import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { SnapshotDocument } from '../document/document.js';
import { type Identity, identityOf, unixNameOf } from './identity.js';

/** Listeners of one program on one port, or under one unix name: both families and SO_REUSEPORT members are one. */
export interface Group {
  readonly identity: Identity;
  readonly protocol: Protocol;
  readonly port: number | null;
  /** Protocol and port, or the unix name, and whether it is in the namespace that is judged: what another start keeps. */
  readonly place: string;
  readonly isElsewhere: boolean;
  /** The port is one of those that the kernel gives away, and no row asks for it. */
  readonly isEphemeral: boolean;
  /** A client's, which comes and goes. */
  readonly isClient: boolean;
  /** Of every `::` in it, whether it serves IPv4 too. */
  readonly knowsV6only: boolean;
  readonly listeners: readonly OwnedListener[];
}

/** All listeners of a snapshot. */
export function groupsOf({ sockets, node }: SnapshotDocument): Group[] {
  const groups = new Map<string, Group & { readonly listeners: OwnedListener[]; knowsV6only: boolean }>();
  for (const socket of sockets) {
    const { protocol, port, explainedBy } = socket;
    const isClient = explainedBy.by === 'client';
    const isElsewhere = socket.netns !== node.netns;
    const place = JSON.stringify([isElsewhere, protocol, port ?? unixNameOf(socket)]);
    const identity = identityOf(socket);
    const key = JSON.stringify([identity.key, place]);
    const group = groups.get(key);
    const knowsV6only = socket.address !== '::' || socket.v6only !== null;
    if (group !== undefined) {
      group.listeners.push(socket);
      group.knowsV6only &&= knowsV6only;
    } else {
      const isEphemeral = explainedBy.by !== 'page' && isGivenAway(port, node.ephemeralPorts);
      groups.set(key, {
        identity,
        protocol,
        port,
        place,
        isElsewhere,
        isEphemeral,
        isClient,
        knowsV6only,
        listeners: [socket],
      });
    }
  }
  return [...groups.values()];
}

export function isGivenAway(port: number | null, range: SnapshotDocument['node']['ephemeralPorts']): boolean {
  return port !== null && range !== null && range.from <= port && port <= range.to;
}

/** Several groups as one, with the facts of the first; null for none. */
export function merged(groups: readonly Group[]): Group | null {
  const [first] = groups;
  return first === undefined ? null : { ...first, listeners: groups.flatMap(({ listeners }) => listeners) };
}
