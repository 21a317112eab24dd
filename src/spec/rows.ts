import type { Transport } from '../kernel/sockets/listener.js';

/** The part a node plays, as the page's headings have it. */
export type Role = 'control-plane' | 'worker';

/** Where a row says a service listens. */
export type Host =
  | { readonly kind: 'localhost' }
  | { readonly kind: 'default' }
  | { readonly kind: 'any' }
  /** A literal address or network; a single address has the full prefix length. */
  | { readonly kind: 'network'; readonly address: string; readonly prefix: number };

/** What rows of both kinds have. */
export interface RowFields {
  readonly service: string;
  /** From the heading the row stands under; null: every node. */
  readonly role: Role | null;
  /** What the page says of the row, as plain text. */
  readonly description: string;
  /**
   * The words in the description that say the row applies only sometimes; null: always. Whether it applies cannot be
   * read from sockets alone: nobody listening is then no fault as long as the service is not seen anywhere.
   */
  readonly condition: string | null;
  /** Line of the page, counted from 1. */
  readonly line: number;
}

export interface NetworkRow extends RowFields {
  readonly kind: 'network';
  readonly host: Host;
  /** As the page writes it: `localhost`, `default`, `*`, `192.0.2.0/24`. */
  readonly hostText: string;
  readonly port: number;
  readonly protocol: Transport;
}

export interface UnixRow extends RowFields {
  readonly kind: 'unix';
  /** Absolute path in the file system. */
  readonly path: string;
}

/** One line of a page. */
export type Row = NetworkRow | UnixRow;

/** What a vendor says should be there. */
export interface Page {
  readonly title: string;
  readonly rows: readonly Row[];
}
