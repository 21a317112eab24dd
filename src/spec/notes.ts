import type { Transport } from '../kernel/sockets/listener.js';
import type { Role } from './rows.js';

/** How a service of the page presents itself on a node. */
export interface ServiceNote {
  /** Further names of its processes (executable, argv[0], comm). */
  readonly names: readonly string[];
  /**
   * systemd units of the installation that is meant. A process of the right name in another *.service unit is then
   * from the wrong installation. Empty: any unit will do.
   */
  readonly units: readonly string[];
  /** Names of kernel devices that stand for the service; `*` matches any run of characters. */
  readonly devices: readonly string[];
}

/** What holds for a service among all nodes of a cluster, which no node can tell by itself. */
export type ClusterRule = 'exactly-one' | 'every-control-plane';

/** What is known about rows of a page beyond the table. Every field that is given narrows which rows are meant. */
export interface RowNote {
  readonly match: {
    readonly service: string | null;
    readonly port: number | null;
    readonly protocol: Transport | null;
    readonly path: string | null;
  };
  /** Replaces the role of the page: the roles on which the row applies. null: as the page has it. */
  readonly roles: readonly Role[] | null;
  /** Replaces the service of the page on nodes of a role. */
  readonly serviceByRole: { readonly [role in Role]?: string };
  /** The row applies only sometimes: in what case. Handled as a condition in the page's own description. */
  readonly condition: string | null;
  /** Unix rows: further paths at which the same socket may be. `*` is any run of characters but `/`, `**` any at all. */
  readonly paths: readonly string[];
  /** A stricter address than the row's that is known and meant, told in the finding. */
  readonly hardening: string | null;
  /** On how many nodes of a cluster the row's service runs; null: nothing is known. Looked at where there are several. */
  readonly cluster: ClusterRule | null;
  readonly reason: string;
}

/** Where a listener that is explained by a note may be: scope of its address as a verdict knows it. */
export type NoteScope = 'loopback' | 'any';

/** Both ends included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** A legitimate listener that the page does not list. It is permitted, never required. */
export interface ListenerNote {
  /**
   * Services (a page's or a ServiceNote's) or process names. Every process that holds the socket must be one of them, so
   * that a stranger who holds it as well is not excused: for a socket that systemd passes to sshd, both are listed.
   */
  readonly owners: readonly string[];
  /**
   * Kernel devices that may hold it instead; `*` matches any run of characters. Either `owners` or `devices` is not
   * empty.
   */
  readonly devices: readonly string[];
  readonly scope: NoteScope;
  /** Exact addresses with which it must be listening; empty: any address within the scope. */
  readonly addresses: readonly string[];
  readonly protocols: readonly Transport[];
  /** Empty: any port. */
  readonly ports: readonly PortRange[];
  readonly reason: string;
}

/** One notes file, or several merged in order. */
export interface Notes {
  /** Where they came from, such as `builtin:canonical-k8s` or a path, in the order they were given. */
  readonly sources: readonly string[];
  readonly services: ReadonlyMap<string, ServiceNote>;
  readonly rows: readonly RowNote[];
  readonly listeners: readonly ListenerNote[];
}

/** No notes at all: the page alone, as `--strict` asks for. */
export const NO_NOTES: Notes = { sources: [], services: new Map(), rows: [], listeners: [] };

/**
 * The notes of `base` with those of `more` added: names, units and devices of a service are united, rows and listeners
 * follow those that were there, so that of two notes that disagree on a row the later has the last word.
 */
export function mergeNotes(base: Notes, more: Notes): Notes {
  const services = new Map(base.services);
  for (const [name, note] of more.services) services.set(name, mergeServices(services.get(name), note));
  return {
    sources: [...base.sources, ...more.sources],
    services,
    rows: [...base.rows, ...more.rows],
    listeners: [...base.listeners, ...more.listeners],
  };
}

function mergeServices(base: ServiceNote | undefined, more: ServiceNote): ServiceNote {
  const united = (key: keyof ServiceNote): string[] => [...new Set([...(base?.[key] ?? []), ...more[key]])];
  return { names: united('names'), units: united('units'), devices: united('devices') };
}
