import type { OwnedListener } from '../kernel/owners/owner.js';
import type { CodedFinding } from './codes.js';
import type { MatchedBy, Severity } from './finding.js';
import type { OwnerMatch } from './owner_match.js';

/** What was found out about one row. */
export type RowEvaluation = CodedFinding & {
  /** Ids of the sockets that the row explains, or that are in its place. */
  readonly sockets: readonly string[];
  readonly matchedBy: MatchedBy | null;
  /** Default: that of the verdict. */
  readonly severity?: Severity;
};

/** A finding that no socket is about. */
export function withoutSockets(coded: CodedFinding): RowEvaluation {
  return { ...coded, sockets: [], matchedBy: null };
}

export function idsOf(listeners: readonly OwnedListener[]): string[] {
  return listeners.map(({ id }) => id);
}

/** A foreign owner in the place of a service; `path` is where, if not at the row's path. */
export function foreignFinding(
  service: string,
  units: readonly string[],
  foreign: readonly { readonly listener: OwnedListener; readonly owner: OwnerMatch }[],
  path: string | null,
): CodedFinding {
  const params = { service, foreign: foreign.map(({ listener }) => listener.id), path };
  if (foreign.some(({ owner }) => owner.kind === 'not-its-unit')) {
    return { code: 'not-its-unit', params: { ...params, units } };
  }
  const isKernel = foreign.every(({ listener }) => listener.owners.every(({ kind }) => kind === 'kernel'));
  if (isKernel) return { code: 'kernel-device-instead', params: { service, foreign: params.foreign } };
  return { code: 'held-by-another', params };
}
