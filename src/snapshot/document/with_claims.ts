import type { SnapshotDocument } from './document.js';
import { summarize } from './summary.js';

/** A document with these claims instead of those that it has, which count in its result. Pure. */
export function withClaims(
  { claims: _, unasked: _1, ...document }: SnapshotDocument,
  asked: Pick<SnapshotDocument, 'claims' | 'unasked'>,
): SnapshotDocument {
  const { findings, coverage, summary } = document;
  return { ...document, ...asked, summary: summarize(findings, coverage, summary.failOn, asked.claims) };
}
