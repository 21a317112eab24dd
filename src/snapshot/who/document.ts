import type { Coverage } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { PortRange } from '../../base/port_range.js';
import type { Finding } from '../../verdict/finding.js';
import type { AddressHolder } from './address_owners.js';
import type { Question } from './question.js';

/** What `who` answers, as JSON. */
export interface WhoDocument {
  readonly schemaVersion: 1;
  readonly generator: { readonly name: string; readonly version: string };
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  readonly node: { readonly hostname: string; readonly netns: string; readonly role: string };
  /** One for each question, in order. */
  readonly answers: readonly Answer[];
  readonly coverage: Coverage;
}

/** What has an address in one network namespace. */
export type Holder = AddressHolder & { readonly netns: string };

export interface Answer extends Question {
  /** `unknown`: nothing was seen, and not everything could be. */
  readonly result: 'held' | 'free' | 'unknown';
  /** All that could have the address were seen, with their owners. */
  readonly complete: boolean;
  readonly holders: readonly Holder[];
  /** Why there may be more. */
  readonly unknown: readonly CoverageFault[];
  /** The range of ephemeral ports where the port lies in it: the kernel may give it to any client. */
  readonly ephemeral: PortRange | null;
  /** What the page says of the address, or of where the configuration of the node moves a row. */
  readonly findings: readonly Finding[];
  /** Listeners that the notes know on this port. */
  readonly notes: readonly NotedListener[];
}

export interface NotedListener {
  readonly owners: readonly string[];
  readonly devices: readonly string[];
  readonly reason: string;
}
