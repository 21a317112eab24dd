import type { CoverageFault } from '../../base/coverage_codes.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { NodeRole } from '../../verdict/applied_row.js';
import type { Finding, Verdict } from '../../verdict/finding.js';
import type { AddressOwner, BindFailure } from '../../verdict/text/event.js';

/** How a change was seen: in a kernel event, or by comparing two readings of the tables. */
export type SeenBy = 'kernel' | 'table';

/** How kernel events are obtained: at the ends of kernel functions, which costs other programs nothing, or at system calls. */
export type Method = 'fexit' | 'tracepoint';

export type { AddressOwner };

/** Always the first: how changes are seen, and what can be missed. */
export interface Started {
  readonly event: 'started';
  readonly at: string;
  readonly mode: 'ebpf' | 'polling';
  /** null: there are no kernel events. */
  readonly method: Method | null;
  /** What this mode can miss; null: nothing that opens. */
  readonly misses: string | null;
  /** The same for programs: why there are no kernel events, and how often the tables are read instead. */
  readonly refusal: CoverageFault | null;
  readonly intervalMs: number | null;
  readonly hostname: string;
  readonly netns: string;
  readonly role: NodeRole;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

/** A listener opened. */
export interface Opened {
  readonly event: 'opened';
  readonly at: string;
  readonly seenBy: SeenBy;
  readonly socket: OwnedListener;
}

/** A listener closed. */
export interface Closed {
  readonly event: 'closed';
  readonly at: string;
  readonly seenBy: SeenBy;
  readonly socket: OwnedListener;
}

/** A bind or listen that failed, with the owners of the address. */
export interface BindFailed extends BindFailure {
  readonly event: 'bind-failed';
  readonly at: string;
  /** The number of `code`. */
  readonly errno: number;
  readonly message: string;
}

/** A finding whose verdict changed; `before` or `after` is null where there was or is none. */
export interface VerdictChanged {
  readonly event: 'verdict';
  readonly at: string;
  readonly before: Finding | null;
  readonly after: Finding | null;
}

/** A program that came back on the same port or path with another pid; follows its `closed` and `opened`. */
export interface Restarted {
  readonly event: 'restarted';
  readonly at: string;
  readonly place: string;
  readonly protocol: Protocol;
  readonly downMs: number;
  readonly before: OwnedListener;
  readonly after: OwnedListener;
  readonly message: string;
}

/** Kernel events were dropped. The tables are read again at once. */
export interface Lost {
  readonly event: 'lost';
  readonly at: string;
  readonly count: number;
  /** How many of them because one user or cgroup caused too many; the others for want of room. */
  readonly suppressed: number;
}

/** A link, an address or a route changed. Verdicts that change with it follow. */
export interface NetworkChanged {
  readonly event: 'network';
  readonly at: string;
}

/** The coverage became complete or incomplete. */
export interface CoverageChanged {
  readonly event: 'coverage';
  readonly at: string;
  readonly complete: boolean;
  /** How kernel events are obtained, as in `started`. */
  readonly method: Method | null;
  readonly errors: readonly string[];
  /** The same for programs, by source. */
  readonly faults: readonly { readonly source: string; readonly errors: readonly CoverageFault[] }[];
}

/** One line of `--follow`. Times are ISO 8601, UTC. */
export type Change =
  | Started
  | Opened
  | Closed
  | BindFailed
  | VerdictChanged
  | Restarted
  | Lost
  | NetworkChanged
  | CoverageChanged;
