import type { MatchedBy, Verdict } from './finding.js';

/** A verdict on one row, before it is put into the words of a finding. */
export interface RowEvaluation {
  readonly verdict: Exclude<Verdict, 'unexpected'>;
  readonly message: string;
  /** Ids of the sockets that the row explains, or that stand in its place. */
  readonly sockets: readonly string[];
  readonly matchedBy: MatchedBy | null;
  readonly reason: string | null;
}
