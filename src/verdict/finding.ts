import type { Protocol } from '../kernel/sockets/listener.js';
import type { Role } from '../spec/rows.js';

/** What is true of one row of the page, or of one listener that no row explains. A finding has exactly one. */
export type Verdict =
  | 'ok'
  | 'missing'
  | 'exposed'
  | 'wrong-owner'
  | 'wrong-address'
  | 'narrowed'
  | 'unverified'
  | 'not-applicable'
  | 'unexpected';

/** How bad a verdict is; `unknown` where it could not be told. */
export type Severity = 'error' | 'warning' | 'info' | 'unknown' | 'none';

/**
 * What of an owner agreed with the service, strongest evidence first. `comm` is what any process can call itself;
 * `device` is a kernel device instead of a process.
 */
export type MatchedBy = 'unit' | 'exe' | 'argv0' | 'comm' | 'device';

/** The row of the page, as it stands there. */
export interface Expected {
  readonly service: string;
  /** null for a unix socket. */
  readonly host: string | null;
  readonly port: number | null;
  readonly protocol: Protocol;
  /** null for a network row. */
  readonly path: string | null;
  /** null: every node. */
  readonly role: Role | null;
}

/** One row with its verdict, or listeners that no row explains. */
export interface Finding {
  readonly verdict: Verdict;
  readonly severity: Severity;
  /** One sentence for a person; nothing in it can move a cursor. */
  readonly message: string;
  /** null for a listener that no row explains. */
  readonly expected: Expected | null;
  /** Ids of the sockets it is about. */
  readonly sockets: readonly string[];
  readonly matchedBy: MatchedBy | null;
  /** Why it is so, where the verdict alone does not say it. */
  readonly reason: string | null;
}

/** Severity of every verdict but `unexpected`, which depends on who can reach the listener. */
export const SEVERITY: Readonly<Record<Exclude<Verdict, 'unexpected'>, Severity>> = {
  ok: 'none',
  missing: 'error',
  exposed: 'error',
  'wrong-owner': 'error',
  'wrong-address': 'warning',
  narrowed: 'info',
  unverified: 'unknown',
  'not-applicable': 'none',
};

/** All verdicts, worst first: the order in which a person wants to read them. */
export const VERDICTS: readonly Verdict[] = [
  'wrong-owner',
  'exposed',
  'missing',
  'wrong-address',
  'unexpected',
  'narrowed',
  'unverified',
  'ok',
  'not-applicable',
];
