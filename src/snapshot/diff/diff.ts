import { SockwatchError } from '../../base/errors.js';
import { assertSnapshot } from '../../base/validate.js';
import type { SnapshotDocument } from '../document/document.js';
import type { Difference } from './difference.js';
import { coverageDifferences, factDifferences } from './facts.js';
import { listenerDifferences } from './listeners.js';
import { verdictDifferences } from './verdicts.js';

/** One of the two snapshots that were compared. */
export interface ComparedSnapshot {
  readonly hostname: string;
  readonly capturedAt: string;
  readonly role: SnapshotDocument['node']['role'];
  readonly result: SnapshotDocument['summary']['result'];
}

/** What is different between two snapshots. diff.schema.json beside this file describes it for others. */
export interface SnapshotDiff {
  readonly schemaVersion: 1;
  readonly before: ComparedSnapshot;
  readonly after: ComparedSnapshot;
  readonly sameHost: boolean;
  /** At least one of the differences matters. */
  readonly different: boolean;
  /** Facts first, then verdicts, listeners, and what could not be seen. */
  readonly differences: readonly Difference[];
}

/**
 * Compares two snapshots by what listens where, not by numbers of processes and sockets. What one of them could not see is
 * `unknown`, never a difference that was made up. Pure.
 * @throws SockwatchError ERR_USAGE for what is no snapshot, and where the names in them have been replaced under different keys:
 * nothing would fit
 */
export function diff(before: SnapshotDocument, after: SnapshotDocument): SnapshotDiff {
  for (const one of [before, after]) assertSnapshot(one);
  refuseOtherNames(before, after);
  const sameHost = before.node.hostname === after.node.hostname;
  const differences = [
    ...factDifferences(before, after, sameHost),
    ...verdictDifferences(before, after),
    ...listenerDifferences(before, after, sameHost),
    ...coverageDifferences(before, after),
  ];
  return {
    schemaVersion: 1,
    before: comparedOf(before),
    after: comparedOf(after),
    sameHost,
    different: differences.some(({ matters }) => matters),
    differences,
  };
}

function comparedOf({ node, capturedAt, summary }: SnapshotDocument): ComparedSnapshot {
  return { hostname: node.hostname, capturedAt, role: node.role, result: summary.result };
}

function refuseOtherNames(before: SnapshotDocument, after: SnapshotDocument): void {
  const [old, now] = [before.redacted?.keyId ?? null, after.redacted?.keyId ?? null];
  if (old === now) return;
  const how = old === null || now === null ? 'only one of them is redacted' : 'they were redacted with different keys';
  throw new SockwatchError('ERR_USAGE', `the names in these two snapshots cannot be compared: ${how}`, {
    hint: 'take both with the same --redact-key',
  });
}
