import type { PortRange } from '../base/port_range.js';
import type { Transport } from '../kernel/sockets/listener.js';
import type { Role } from './rows.js';

/** How a service of the page appears on a node. */
export interface ServiceNote {
  /** Other names of its processes (executable, argv[0], comm). */
  readonly names: readonly string[];
  /**
   * systemd units of the service: what runs in them is the service, whatever its name, and what runs outside of them is not. Empty: a
   * name has to do, or `pods`.
   */
  readonly units: readonly string[];
  /** It runs in pods: a process of the right name outside of them is not the service. */
  readonly pods: boolean;
  /** Kernel devices that represent the service; `*` matches any characters. */
  readonly devices: readonly string[];
}

/** Where a service runs within a cluster, which cannot be decided on a single node. */
export type ClusterRule = 'exactly-one' | 'every-control-plane';

/** What on a node tells whether a row applies: that systemd starts the service, the datastore of the API server, or the network feature. */
export type ConditionEvidence = 'unit' | 'datastore' | 'network-feature';

/**
 * What to ask of a row's listener, by claim: `true` or `false` add to what the page claims or take from it; a path is where to ask;
 * `connect` asks for no more than a connection.
 */
export interface NotedClaims {
  readonly tls?: boolean;
  readonly 'client-certificate'?: boolean;
  readonly 'no-anonymous'?: boolean | string;
  readonly authorised?: boolean | string;
  readonly healthy?: false | string;
}

/** Facts about rows that the page does not state. */
export interface RowNote {
  /** Selects the rows that have all of the given values. */
  readonly match: {
    readonly service: string | null;
    readonly port: number | null;
    readonly protocol: Transport | null;
    readonly path: string | null;
  };
  /** The roles on which the row applies, instead of the page's. null: as on the page. */
  readonly roles: readonly Role[] | null;
  /** Service names by role, instead of the page's. */
  readonly serviceByRole: { readonly [role in Role]?: string };
  /** When the row applies. Treated like a condition in the page's description. */
  readonly condition: string | null;
  /** What tells whether the row applies; null: nothing but its listeners. */
  readonly decidedBy: ConditionEvidence | null;
  /** Unix rows: alternative paths. `*` matches any characters except `/`, `**` any characters. */
  readonly paths: readonly string[];
  /** Who recommends a stricter address than the row's; shown in the finding. */
  readonly hardening: string | null;
  /** Roles of nodes to which `hardening` applies; null: all. */
  readonly hardeningRoles: readonly Role[] | null;
  /** Services that take the place of the row's: where one of them runs and the row's does not, the row does not apply. */
  readonly replacedBy: readonly string[];
  /** Checked across several nodes only; null: unknown. */
  readonly cluster: ClusterRule | null;
  /** Corrects what the page claims of the row. */
  readonly claims: NotedClaims;
  /** Why there is nothing to ask of the row's listener; null: there may be. */
  readonly noClaims: string | null;
  readonly reason: string;
}

/** Which addresses a ListenerNote permits. */
export type NoteScope = 'loopback' | 'any';

/** A legitimate listener that is not on the page: permitted, never required. */
export interface ListenerNote {
  /**
   * Services (of the page or a ServiceNote) or process names. Every owner of the socket must be listed, so that an additional
   * unknown owner is reported: for a socket that systemd passes to sshd, list both.
   */
  readonly owners: readonly string[];
  /** Kernel devices that may own it instead; `*` matches any characters. `owners` or `devices` is not empty. */
  readonly devices: readonly string[];
  readonly scope: NoteScope;
  /** Exact addresses; empty: any within the scope. */
  readonly addresses: readonly string[];
  readonly protocols: readonly Transport[];
  /** Empty: any port. */
  readonly ports: readonly PortRange[];
  readonly reason: string;
}

/** One notes file, or several merged in order. */
export interface Notes {
  /** `builtin:canonical-k8s` or paths, in order. */
  readonly sources: readonly string[];
  readonly services: ReadonlyMap<string, ServiceNote>;
  /** systemd units in which several services run. There, those with `units` are told apart by name. */
  readonly sharedUnits: readonly string[];
  readonly rows: readonly RowNote[];
  readonly listeners: readonly ListenerNote[];
}

/** For `--strict`. */
export const NO_NOTES: Notes = { sources: [], services: new Map(), sharedUnits: [], rows: [], listeners: [] };

/**
 * Adds the notes of `more` to `base`. Names, units and devices of a service are merged; rows and listeners are appended, so
 * that the later of two notes about a row takes precedence.
 */
export function mergeNotes(base: Notes, more: Notes): Notes {
  const services = new Map(base.services);
  for (const [name, note] of more.services) services.set(name, mergeServices(services.get(name), note));
  return {
    sources: [...base.sources, ...more.sources],
    services,
    sharedUnits: [...new Set([...base.sharedUnits, ...more.sharedUnits])],
    rows: [...base.rows, ...more.rows],
    listeners: [...base.listeners, ...more.listeners],
  };
}

function mergeServices(base: ServiceNote | undefined, more: ServiceNote): ServiceNote {
  const union = (key: 'names' | 'units' | 'devices'): string[] => [...new Set([...(base?.[key] ?? []), ...more[key]])];
  return {
    names: union('names'),
    units: union('units'),
    devices: union('devices'),
    pods: more.pods || base?.pods === true,
  };
}
