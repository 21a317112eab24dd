import type { CoverageSource } from '../../base/coverage.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { Claim } from '../../verdict/claim.js';
import type { Finding } from '../../verdict/finding.js';
import type { CodedListenerDifference, DifferenceCode } from './codes.js';

/** What every difference has. */
export interface DifferenceFields {
  /**
   * Whether the nodes behave differently. False for informational differences: restarts, ephemeral ports, and facts such as
   * the kernel release.
   */
  readonly matters: boolean;
  /** Rendered from `code`, `params` and the other fields: one line, safe on a terminal. */
  readonly message: string;
}

/** The parameters of a code without any. */
export type NoParams = Readonly<Record<never, never>>;

/** A fact about the node or the snapshot that differs. */
export interface FactDifference extends DifferenceFields {
  readonly kind: 'fact';
  readonly code: DifferenceCode<'fact'>;
  readonly params: NoParams;
  readonly fact: 'host' | 'role' | 'default-interface' | 'page' | 'kernel' | 'version';
  readonly before: string | null;
  readonly after: string | null;
}

/** A source that was read more or less completely. null: not read at all. */
export interface CoverageDifference extends DifferenceFields {
  readonly kind: 'coverage';
  readonly code: DifferenceCode<'coverage'>;
  readonly params: NoParams;
  readonly source: string;
  readonly before: CoverageSource['status'] | null;
  readonly after: CoverageSource['status'] | null;
}

/** A row with another verdict, or a listener that is a finding in one of the snapshots only. */
export interface VerdictDifference extends DifferenceFields {
  readonly kind: 'verdict';
  readonly code: DifferenceCode<'verdict'>;
  readonly params: NoParams;
  /** `kubelet localhost:10248/tcp`, or the program and endpoint of a listener that no row explains. */
  readonly subject: string;
  readonly before: Finding | null;
  readonly after: Finding | null;
}

/** A claim that both snapshots asked, with another result. */
export interface ClaimDifference extends DifferenceFields {
  readonly kind: 'claim';
  readonly code: DifferenceCode<'claim'>;
  readonly params: NoParams;
  /** `etcd 192.0.2.2:2379 certificate-valid`. */
  readonly subject: string;
  readonly before: Claim;
  readonly after: Claim;
}

/** Listeners of one program on one port, or at one path, in one of the snapshots. */
export interface ListenerSide {
  /** `127.0.0.1:10248/tcp`, `[::]:22/tcp`, `/run/x.sock`, without duplicates. */
  readonly places: readonly string[];
  /** For display, without duplicates; empty if unknown. */
  readonly owners: readonly string[];
  /** Ids of the sockets in that snapshot. */
  readonly sockets: readonly string[];
}

/**
 * `restarted`: the same service on the same endpoint with other processes. `widened`, `narrowed`, `moved`: the same service,
 * reachable from more, fewer or other addresses. `unknown`: one of the snapshots lacks the data to tell. `backlog`: another
 * limit of pending connections.
 */
export interface ListenerDifferenceFields extends DifferenceFields {
  readonly kind:
    | 'appeared'
    | 'disappeared'
    | 'owner-changed'
    | 'widened'
    | 'narrowed'
    | 'moved'
    | 'restarted'
    | 'unknown'
    | 'backlog';
  /** Names of the programs or kernel devices that own them. */
  readonly program: string;
  readonly protocol: Protocol;
  readonly before: ListenerSide | null;
  readonly after: ListenerSide | null;
}

/** Listeners that changed. */
export type ListenerDifference = ListenerDifferenceFields & CodedListenerDifference;

/** One difference between two snapshots. */
export type Difference = FactDifference | CoverageDifference | VerdictDifference | ClaimDifference | ListenerDifference;

/** A difference as data, before its message is rendered. */
export type Facts<Type extends Difference = Difference> = Type extends unknown ? Omit<Type, 'message'> : never;
