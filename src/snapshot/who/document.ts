import type { Coverage } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { PortRange } from '../../base/port_range.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { NodeRole } from '../../verdict/applied_row.js';
import type { Finding } from '../../verdict/finding.js';
import type { Holder } from '../../verdict/text/event.js';
import type { Question } from './question.js';

/** What `who` answers, as JSON. */
export interface WhoDocument {
  readonly schemaVersion: 1;
  readonly generator: { readonly name: string; readonly version: string };
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  /** Present only after `redactWho`. */
  readonly redacted?: { readonly keyId: string };
  readonly node: {
    readonly hostname: string;
    readonly netns: string;
    readonly role: NodeRole;
    readonly defaultAddresses: readonly string[];
  };
  /** One for each question, in order. */
  readonly answers: readonly Answer[];
  /** Those that the findings are about. */
  readonly sockets: readonly OwnedListener[];
  readonly coverage: Coverage;
}

export interface Answer extends Question {
  /** `unknown`: nothing was seen, and not everything could be. */
  readonly result: 'held' | 'free' | 'unknown';
  /** All that could have the address were seen, with their owners. */
  readonly complete: boolean;
  readonly holders: readonly Holder[];
  /** How many more there are. */
  readonly omitted: number;
  /** Why there may be more. */
  readonly unknown: readonly CoverageFault[];
  /** The range of ephemeral ports where the port lies in it: the kernel may give it to any client. */
  readonly ephemeral: PortRange | null;
  /** What the page says of the address, or of where the configuration of the node moves a row. */
  readonly findings: readonly Finding[];
  /** Listeners that the notes know on this port. */
  readonly notes: readonly NotedListener[];
}

/** A listener that the notes know. */
export interface NotedListener {
  readonly owners: readonly string[];
  readonly devices: readonly string[];
  readonly reason: string;
}
