import { printable } from '../../base/text.js';
import type { Claim } from '../../verdict/claim.js';
import type { SnapshotDocument } from '../document/document.js';
import type { ClaimDifference, Facts } from './difference.js';

/** Claims with another result, of those that both snapshots asked at the same endpoint. */
export function claimDifferences(old: SnapshotDocument, now: SnapshotDocument): Facts<ClaimDifference>[] {
  const before = new Map((old.claims ?? []).map((claim) => [keyOf(claim), claim]));
  return (now.claims ?? []).flatMap((after): Facts<ClaimDifference>[] => {
    const earlier = before.get(keyOf(after));
    if (earlier === undefined || (earlier.result === after.result && earlier.severity === after.severity)) return [];
    const matters = earlier.result === 'broken' || after.result === 'broken';
    return [
      {
        kind: 'claim',
        code: codeOf(earlier, after),
        params: {},
        matters,
        subject: subjectOf(after),
        before: earlier,
        after,
      },
    ];
  });
}

function keyOf({ row, claim, endpoint }: Claim): string {
  return JSON.stringify([row.service, row.host, row.port, row.protocol, row.path, claim, endpoint]);
}

function subjectOf({ row, claim, endpoint }: Claim): string {
  return printable(`${row.service} ${endpoint ?? `${row.port}/${row.protocol}`} ${claim}`);
}

function codeOf(before: Claim, after: Claim): ClaimDifference['code'] {
  if (before.result === after.result) return 'claim-severity-changed';
  switch (after.result) {
    case 'broken':
      return 'claim-broken';
    case 'holds':
      return 'claim-holds';
    case 'unverified':
      return 'claim-unverified';
  }
}
