import type { Coverage } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { NetworkInterface } from '../../kernel/network/facts.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import type { NodeRole } from '../../verdict/applied_row.js';
import type { RoleReason } from '../../verdict/codes.js';
import type { SocketExplanation } from '../../verdict/evaluate.js';
import type { Finding, Verdict } from '../../verdict/finding.js';

/** From which severity on a node counts as drifted. */
export type FailOn = 'error' | 'warning' | 'info' | 'never';

/** `match`: exit code 0, `drift`: 1, `incomplete`: 3. */
export type Result = 'match' | 'drift' | 'incomplete';

/** Another network namespace than the one that was judged: that of a pod, mostly. */
export interface NamespaceDocument {
  readonly netns: string;
  /** Name below /run/netns, where it has one. */
  readonly name: string | null;
  /** How many processes in it could be seen. */
  readonly processes: number;
  /** Pod uids and container ids of its processes. */
  readonly pods: readonly string[];
  readonly containers: readonly string[];
  /** Why it could not be read, wholly or in part. */
  readonly error: string | null;
  readonly errors: readonly CoverageFault[];
}

/**
 * The snapshot: everything that was seen of a node at one moment, and what follows from it. snapshot.schema.json beside
 * this file describes it for others; fields are only ever added within a schema version.
 */
export interface SnapshotDocument {
  readonly schemaVersion: 1;
  readonly generator: { readonly name: 'k8s-sockwatch'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  /** Present where names and addresses are pseudonyms; files of one `keyId` have the same ones for the same things. */
  readonly redacted?: { readonly keyId: string } | null;
  readonly node: {
    readonly hostname: string;
    readonly kernel: string;
    readonly netns: string;
    readonly role: NodeRole;
    /** `flag`, or what the role was read from. */
    readonly roleSource: string;
    /** null in a document written before there were codes. */
    readonly roleReason: RoleReason | null;
    readonly defaultInterface: NetworkInterface | null;
    readonly interfaces: readonly NetworkInterface[];
    readonly ephemeralPorts: { readonly from: number; readonly to: number } | null;
  };
  readonly spec: {
    readonly title: string;
    readonly source: string;
    readonly sha256: string;
    /** Sources of the notes that were applied, in order. */
    readonly notes: readonly string[];
  };
  readonly summary: {
    readonly result: Result;
    readonly failOn: FailOn;
    readonly verdicts: Readonly<Record<Verdict, number>>;
  };
  readonly findings: readonly Finding[];
  readonly sockets: readonly (OwnedListener & { readonly explainedBy: SocketExplanation })[];
  /** Other namespaces, whose sockets are among `sockets` as well; null where they were not asked for. */
  readonly namespaces: readonly NamespaceDocument[] | null;
  readonly files: readonly SocketFile[];
  readonly coverage: Coverage;
}
