import type { Coverage } from '../../base/coverage.js';
import type { Role } from '../../spec/rows.js';
import type { AnsweredNeed, Obstacle } from '../../verdict/obstacle.js';
import type { FailOn } from '../document/document.js';

/** What `preflight` answers, as JSON. */
export interface PreflightDocument {
  readonly schemaVersion: 1;
  readonly generator: { readonly name: string; readonly version: string };
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  /** Present only after `redactPreflight`. */
  readonly redacted?: { readonly keyId: string };
  readonly node: {
    readonly hostname: string;
    readonly netns: string;
    /** `installed`: the snap is here, and the node is in no cluster; `running`: it is a node already; `absent`: neither. */
    readonly state: NodeState;
    /** Installed release, such as `1.36.1`; null: unknown, or none. */
    readonly release: string | null;
    readonly defaultAddresses: readonly string[];
  };
  /** What was asked for. */
  readonly plan: {
    readonly role: Role;
    readonly roleSource: 'flag' | 'node' | 'assumed';
    readonly join: boolean;
    /** Path of the configuration of bootstrap; null: none. */
    readonly config: string | null;
    /** Release of the page; null: a page of one's own. */
    readonly release: string | null;
    readonly page: string;
  };
  readonly result: PreflightResult;
  readonly failOn: FailOn;
  /** Worst first. */
  readonly obstacles: readonly Obstacle[];
  /** Every address that the node will need, or that bootstrap checks. */
  readonly needs: readonly AnsweredNeed[];
  readonly coverage: Coverage;
}

/** Whether the machine is a node of a cluster already. */
export type NodeState = 'absent' | 'installed' | 'running' | 'unknown';

/** `incomplete`: nothing was seen in the way, and not everything could be seen. */
export type PreflightResult = 'clear' | 'in-the-way' | 'incomplete';
