import type { CoverageSource } from '../../base/coverage.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { Finding } from '../../verdict/finding.js';

interface DifferenceFields {
  /**
   * Whether the two snapshots differ in what a node does. A restart, a port that the kernel chose anew and facts such as the
   * kernel's release are told, and make no difference.
   */
  readonly matters: boolean;
  /** One line for a person; nothing in it can move a cursor. */
  readonly message: string;
}

/** A fact about the snapshots themselves. */
export interface FactDifference extends DifferenceFields {
  readonly kind: 'fact';
  readonly fact: 'host' | 'role' | 'default-interface' | 'page' | 'kernel' | 'version';
  readonly before: string | null;
  readonly after: string | null;
}

/** A source that one of the two read less of. null: it was not looked at. */
export interface CoverageDifference extends DifferenceFields {
  readonly kind: 'coverage';
  readonly source: string;
  readonly before: CoverageSource['status'] | null;
  readonly after: CoverageSource['status'] | null;
}

/** A row that is judged differently, or a listener that is no finding any more, or is one now. */
export interface VerdictDifference extends DifferenceFields {
  readonly kind: 'verdict';
  /** `kubelet localhost:10248/tcp`, or the program and place of a listener that no row explains. */
  readonly subject: string;
  readonly before: Finding | null;
  readonly after: Finding | null;
}

/** Listeners of one program on one port, or at one path, as one of the snapshots has them. */
export interface ListenerSide {
  /** `127.0.0.1:10248/tcp`, `[::]:22/tcp`, `/run/x.sock`: each once. */
  readonly places: readonly string[];
  /** As a person names them, each once; empty where none could be seen. */
  readonly owners: readonly string[];
  /** Ids of the sockets in that snapshot. */
  readonly sockets: readonly string[];
}

/**
 * `restarted`: the same service at the same place, by other processes. `widened`, `narrowed`, `moved`: the same service, to be
 * reached from more, from less, from elsewhere. `unknown`: one of the two could not see what the other did, so that nobody
 * knows whether there is a difference. `backlog`: another limit of connections that wait.
 */
export interface ListenerDifference extends DifferenceFields {
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
  /** The programs or kernel devices that hold them. */
  readonly program: string;
  readonly protocol: Protocol;
  readonly before: ListenerSide | null;
  readonly after: ListenerSide | null;
}

/** One thing that is different between two snapshots. */
export type Difference = FactDifference | CoverageDifference | VerdictDifference | ListenerDifference;
