import type { Coverage } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import type { NetworkInterface } from '../../kernel/network/addresses.js';
import type { DefaultSource } from '../../kernel/network/default_addresses.js';
import type { OwnedListener } from '../../kernel/owners/owner.js';
import type { ProcessNames } from '../../kernel/owners/whole_names.js';
import type { SocketFile } from '../../kernel/sockets/socket_file.js';
import type { NetworkFeature } from '../../node/network_feature.js';
import type { ServiceState, Setting } from '../../node/setting.js';
import type { NodeRole } from '../../verdict/applied_row.js';
import type { Claim, UnaskedRow } from '../../verdict/claim.js';
import type { SocketExplanation } from '../../verdict/evaluate.js';
import type { Finding, Verdict } from '../../verdict/finding.js';
import type { PageRemark } from '../../verdict/page_remarks.js';
import type { RoleReason } from '../../verdict/role_codes.js';
import type { Change } from './change.js';

/** The lowest severity that counts as drift. */
export type FailOn = 'error' | 'warning' | 'info' | 'never';

/** `match`: exit code 0, `drift`: 1, `incomplete`: 3. */
export type Result = 'match' | 'drift' | 'incomplete';

/** A network namespace other than the evaluated one, mostly that of a pod. */
export interface NamespaceDocument {
  readonly netns: string;
  /** Name below /run/netns; null: it has none. */
  readonly name: string | null;
  /** Number of visible processes in it. */
  readonly processes: number;
  /** Pod uids and container ids of its processes. */
  readonly pods: readonly string[];
  /** The names of those pods that are known, as `kube-system/cilium-x7k2f`; absent in older documents. */
  readonly podNames?: readonly string[];
  readonly containers: readonly string[];
  /** Why it was not read completely. */
  readonly error: string | null;
  readonly errors: readonly CoverageFault[];
}

/** A change as the screen had it. */
export type SavedEvent = Change & {
  /** How often it was reported in a row, the last time at `at`; absent: once. */
  readonly times?: number;
  /** Of a verdict: its listeners that have gone since, and are not in `sockets`. */
  readonly listeners?: readonly OwnedListener[];
  /** Of a verdict or a restart: how many more listeners it is about; absent: none. */
  readonly omitted?: number;
};

/**
 * Everything that was read of a node at one moment, and its evaluation. snapshot.schema.json describes it for other programs;
 * within a schema version fields are only added.
 */
export interface SnapshotDocument {
  readonly schemaVersion: 1;
  readonly generator: { readonly name: 'k8s-sockwatch'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly capturedAt: string;
  /** Present if names and addresses are pseudonyms; documents with the same `keyId` have the same pseudonyms. */
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
    /** An interface of the default route; null: there is no default route. */
    readonly defaultInterface: NetworkInterface | null;
    /** The node's own addresses, which a page calls `default`; empty: unknown. */
    readonly defaultAddresses: readonly string[];
    /** What they were taken from; null: there are none. */
    readonly defaultSource: DefaultSource | null;
    readonly interfaces: readonly NetworkInterface[];
    readonly ephemeralPorts: { readonly from: number; readonly to: number } | null;
    /** Whether files of the k8s snap are on the machine; null: unknown. */
    readonly isInstalled: boolean | null;
    /** Whether the node was bootstrapped, or joined to a cluster; null: unknown. */
    readonly isBootstrapped: boolean | null;
    /** Installed release, such as `1.34.1`; null: unknown. */
    readonly release: string | null;
    /** Settings of the services of the snap; null: not looked at. */
    readonly configuration: readonly Setting[] | null;
    /** Units of the snap; null: not looked at. */
    readonly services: readonly ServiceState[] | null;
    readonly networkFeature: NetworkFeature;
  };
  readonly spec: {
    readonly title: string;
    readonly source: string;
    /** Of Canonical Kubernetes, that a built-in page is about, such as `1.36`; null: a page of one's own. */
    readonly release: string | null;
    readonly sha256: string;
    /** Sources of the applied notes, in order. */
    readonly notes: readonly string[];
    /** What there is to say of the page: its release, and rows that it lacks. */
    readonly remarks: readonly (PageRemark & { readonly message: string })[];
  };
  readonly summary: {
    readonly result: Result;
    readonly failOn: FailOn;
    readonly verdicts: Readonly<Record<Verdict, number>>;
    /** Rows whose service was recognized by a name only, which any user can give a program. */
    readonly byName: number;
  };
  readonly findings: readonly Finding[];
  /** What listeners answered when they were asked whether the page's claims are true; present if they were asked. */
  readonly claims?: readonly Claim[];
  /** Rows answered by their services of which nothing was asked, and why; present beside `claims`. */
  readonly unasked?: readonly UnaskedRow[];
  /** What happened while the screen ran whose key `w` wrote this, oldest first; present if it was written so. */
  readonly events?: readonly SavedEvent[];
  /** How many older events there were; present beside `events`. */
  readonly eventsDropped?: number;
  readonly sockets: readonly (OwnedListener & { readonly explainedBy: SocketExplanation })[];
  /** TCP sockets that have the port of a missing listener, but do not listen; present if there are any. */
  readonly bound?: readonly OwnedListener[];
  /** Whole names of processes whose names are shortened in `sockets`; of the first 256 in each of the searches for owners. */
  readonly processes?: readonly ProcessNames[];
  /** Other namespaces, whose sockets are in `sockets`; null: not requested. */
  readonly namespaces: readonly NamespaceDocument[] | null;
  readonly files: readonly SocketFile[];
  readonly coverage: Coverage;
}
