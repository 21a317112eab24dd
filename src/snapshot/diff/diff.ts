import { SockwatchError } from '../../base/errors.js';
import { assertSnapshot } from '../../base/validate.js';
import type { SnapshotDocument } from '../document/document.js';
import { claimDifferences } from './claims.js';
import type { Difference } from './difference.js';
import { coverageDifferences, factDifferences } from './facts.js';
import { listenerDifferences } from './listeners.js';
import { DifferenceText } from './text.js';
import { verdictDifferences } from './verdicts.js';

/** Which snapshot was compared. */
export interface ComparedSnapshot {
  readonly hostname: string;
  readonly capturedAt: string;
  readonly role: SnapshotDocument['node']['role'];
  readonly result: SnapshotDocument['summary']['result'];
}

/** The differences between two snapshots, as diff.schema.json describes them. */
export interface SnapshotDiff {
  readonly schemaVersion: 1;
  readonly before: ComparedSnapshot;
  readonly after: ComparedSnapshot;
  readonly sameHost: boolean;
  /** Whether one of the differences matters. */
  readonly different: boolean;
  /** Facts, verdicts, claims, listeners, coverage. */
  readonly differences: readonly Difference[];
}

/**
 * Compares two snapshots by what listens where, regardless of pids and socket ids. A listener that one of them could not see
 * is `unknown`, never added or removed. Pure.
 * @throws SockwatchError ERR_USAGE for invalid snapshots, and for snapshots that were redacted with different keys
 */
export function diff(before: SnapshotDocument, after: SnapshotDocument): SnapshotDiff {
  for (const one of [before, after]) assertSnapshot(one);
  refuseOtherKeys(before, after);
  const sameHost = before.node.hostname === after.node.hostname;
  const differences = [
    ...factDifferences(before, after, sameHost),
    ...verdictDifferences(before, after),
    ...claimDifferences(before, after),
    ...listenerDifferences(before, after, sameHost),
    ...coverageDifferences(before, after),
  ];
  const text = new DifferenceText(before, after);
  return {
    schemaVersion: 1,
    before: comparedOf(before),
    after: comparedOf(after),
    sameHost,
    different: differences.some(({ matters }) => matters),
    differences: differences.map((one) => text.render(one)),
  };
}

function comparedOf({ node, capturedAt, summary }: SnapshotDocument): ComparedSnapshot {
  return { hostname: node.hostname, capturedAt, role: node.role, result: summary.result };
}

function refuseOtherKeys(before: SnapshotDocument, after: SnapshotDocument): void {
  const [old, now] = [before.redacted?.keyId ?? null, after.redacted?.keyId ?? null];
  if (old === now) return;
  const how = old === null || now === null ? 'only one of them is redacted' : 'they were redacted with different keys';
  throw new SockwatchError('ERR_USAGE', `these snapshots cannot be compared: ${how}`, {
    hint: 'redact both with the same --redact-key',
  });
}
