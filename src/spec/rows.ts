import type { Transport } from '../kernel/sockets/listener.js';
import type { PageClaim } from './claims.js';

/** The role of a node, from the page's headings. */
export type Role = 'control-plane' | 'worker';

/** Where a service should listen. */
export type Host =
  | { readonly kind: 'localhost' }
  | { readonly kind: 'default' }
  | { readonly kind: 'any' }
  /** A literal network; a single address has the full prefix length. */
  | { readonly kind: 'network'; readonly address: string; readonly prefix: number };

/** What every row has. */
export interface RowFields {
  readonly service: string;
  /** From the heading above; null: all nodes. */
  readonly role: Role | null;
  /** Plain text. */
  readonly description: string;
  /**
   * When the row applies; null: always. Sockets alone cannot decide that, so a missing listener is not an error as long as the
   * service is nowhere to be seen.
   */
  readonly condition: string | null;
  /** What the description claims of the security of the port. Only a probe asks whether it is true. */
  readonly claims: readonly PageClaim[];
  /** Line number on the page, from 1. */
  readonly line: number;
}

/** A row about a TCP or UDP port. */
export interface NetworkRow extends RowFields {
  readonly kind: 'network';
  readonly host: Host;
  /** As written: `localhost`, `default`, `*`, `192.0.2.0/24`. */
  readonly hostText: string;
  readonly port: number;
  readonly protocol: Transport;
}

/** A row about a unix socket. */
export interface UnixRow extends RowFields {
  readonly kind: 'unix';
  /** Absolute path. */
  readonly path: string;
}

/** A row of a page's tables. */
export type Row = NetworkRow | UnixRow;

/** A parsed page of services and ports. */
export interface Page {
  readonly title: string;
  readonly rows: readonly Row[];
}
