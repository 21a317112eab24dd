import type { Coverage } from '../../base/coverage.js';
import { isFromText } from '../../verdict/capture.js';
import type { Claim } from '../../verdict/claim.js';
import { isOfNoNode } from '../../verdict/codes.js';
import { type Finding, isName, type Severity, VERDICTS, type Verdict } from '../../verdict/finding.js';
import type { FailOn, Result, SnapshotDocument } from './document.js';

/** Severities that count as drift, by threshold. */
const FAILING: Readonly<Record<FailOn, readonly Severity[]>> = {
  error: ['error'],
  warning: ['error', 'warning'],
  info: ['error', 'warning', 'info'],
  never: [],
};

/** Whether a severity counts as drift at this threshold. */
export function isDrift(severity: Severity, failOn: FailOn): boolean {
  return FAILING[failOn].includes(severity);
}

/** Counts the verdicts. Drift decides the result, even if the rest is incomplete. */
export function summarize(
  findings: readonly Finding[],
  coverage: Coverage,
  failOn: FailOn,
  claims: readonly Claim[] = [],
): SnapshotDocument['summary'] {
  const counts = VERDICTS.map((verdict) => [verdict, findings.filter((finding) => finding.verdict === verdict).length]);
  const verdicts = Object.fromEntries(counts) as Record<Verdict, number>;
  return { result: resultOf(findings, coverage, failOn, claims), failOn, verdicts, byName: countByName(findings) };
}

/** Rows that rest on a name. */
export function countByName(findings: readonly Pick<Finding, 'expected' | 'matchedBy'>[]): number {
  return findings.filter(({ expected, matchedBy }) => expected !== null && isName(matchedBy)).length;
}

/** The result alone. Names answer the rows of a text, but do not show that it is the services that listen. */
export function resultOf(
  findings: readonly Pick<Finding, 'verdict' | 'severity' | 'expected' | 'matchedBy' | 'code'>[],
  coverage: Coverage,
  failOn: FailOn,
  claims: readonly Pick<Claim, 'result' | 'severity'>[] = [],
): Result {
  if ([...findings, ...claims].some(({ severity }) => isDrift(severity, failOn))) return 'drift';
  const isOpen = ({ verdict, code, matchedBy }: (typeof findings)[number]): boolean =>
    verdict === 'unverified' || isOfNoNode(code) || (isName(matchedBy) && isFromText(coverage));
  const open = findings.some(isOpen) || claims.some(({ result }) => result === 'unverified');
  return open || !coverage.complete ? 'incomplete' : 'match';
}
