import type { OwnedListener, Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import type { NodeRole } from '../../verdict/applied_row.js';
import type { Finding, Verdict } from '../../verdict/finding.js';

/** How a change was noticed: by the kernel as it happened, or by comparing the tables before and after. */
export type SeenBy = 'kernel' | 'table';

/** Somebody who has the address that somebody else could not get. */
export interface AddressHolder {
  /** `bound`: holds the address without listening; `client`: a connection's own end; `file`: a unix socket file without a listener. */
  readonly kind: 'listener' | 'bound' | 'kernel' | 'client' | 'file';
  /** As a person names it: `0.0.0.0:10250`. */
  readonly place: string;
  readonly owners: readonly Owner[];
}

/** First of all: how changes are seen, and what can be missed that way. */
export interface Started {
  readonly event: 'started';
  readonly at: string;
  readonly mode: 'ebpf' | 'polling';
  /** What this way of looking can miss; null where nothing that opens is missed. */
  readonly misses: string | null;
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

/** A bind or listen that failed, with whoever is in the way. */
export interface BindFailed {
  readonly event: 'bind-failed';
  readonly at: string;
  readonly call: 'bind' | 'listen';
  /** `EADDRINUSE`, `EACCES`, … and its number. */
  readonly code: string;
  readonly errno: number;
  readonly protocol: Protocol;
  /** What was asked for: `127.0.0.1:10250`, or a path. */
  readonly place: string;
  readonly process: ProcessOwner;
  /** Present holders of the address; empty where it was refused for another reason, or they are gone by now. */
  readonly holders: readonly AddressHolder[];
  readonly message: string;
}

/** A finding that is another one than before; `before` or `after` is null where there was or is none. */
export interface VerdictChanged {
  readonly event: 'verdict';
  readonly at: string;
  readonly before: Finding | null;
  readonly after: Finding | null;
}

/** A service that came back on the same address, told as one thing besides what it did. */
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

/** Kernel events for which there was no room; the tables are read anew at once. */
export interface Lost {
  readonly event: 'lost';
  readonly at: string;
  readonly count: number;
}

/** A link, an address or a route changed; what follows from it are verdicts. */
export interface NetworkChanged {
  readonly event: 'network';
  readonly at: string;
}

/** A table that could be read before and cannot now, or the other way round. */
export interface CoverageChanged {
  readonly event: 'coverage';
  readonly at: string;
  readonly complete: boolean;
  readonly errors: readonly string[];
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
