import { readCoded } from '../../base/coded.js';
import type { OwnedListener, Owner, OwnersUnknown, ProcessOwner } from '../../kernel/owners/owner.js';
import { FINDING_CODES } from '../../verdict/codes.js';
import { type Finding, MATCHED_BY, SEVERITIES, VERDICTS } from '../../verdict/finding.js';
import type { SnapshotDocument } from './document.js';

/* Sockets, owners and findings as the schema guarantees them, and what completes them. */

export type Optional<Type, Key extends keyof Type> = Omit<Type, Key> & Partial<Pick<Type, Key>>;
export type DocumentSocket = SnapshotDocument['sockets'][number];

export interface StoredCode {
  readonly code?: string | null;
  readonly params?: Readonly<Record<string, unknown>>;
}

export type StoredFinding = Omit<Finding, 'code' | 'params' | 'advice' | 'configuration' | 'causedBy'> &
  StoredCode &
  Partial<Pick<Finding, 'advice' | 'configuration' | 'causedBy'>>;

export type StoredSocket = Omit<
  Optional<DocumentSocket, 'type' | 'file' | 'cgroupId' | 'origin' | 'explainedBy'>,
  'owners'
> & {
  readonly owners: readonly (Exclude<Owner, ProcessOwner> | Optional<ProcessOwner, 'startedAt'>)[];
};

/** A word of this version; `fallback` for another. */
export function known<Word extends string | null>(words: readonly Word[], word: Word, fallback: Word): Word {
  return words.includes(word) ? word : fallback;
}

type Counts = SnapshotDocument['summary']['verdicts'];

/** Findings with a verdict of a later version count as unverified, as `completeFinding` has them. */
export function completeCounts(stored: Readonly<Record<string, number>>): Counts {
  return countsOf(Object.entries(stored));
}

export function countVerdicts(findings: readonly StoredFinding[]): Counts {
  return countsOf(findings.map(({ verdict }) => [verdict, 1]));
}

function countsOf(stored: readonly (readonly [verdict: string, count: number])[]): Counts {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Finding['verdict'], number>;
  for (const [verdict, count] of stored) counts[known(VERDICTS, verdict as Finding['verdict'], 'unverified')] += count;
  return counts;
}

export function completeFinding(finding: StoredFinding): Finding {
  const { code, params } = readCoded(FINDING_CODES, finding);
  const running = finding.params?.['running'];
  return {
    ...finding,
    code,
    params: typeof running === 'string' ? { ...params, running } : params,
    verdict: known(VERDICTS, finding.verdict, 'unverified'),
    severity: known(SEVERITIES, finding.severity, 'unknown'),
    matchedBy: known(MATCHES, finding.matchedBy, null),
    advice: finding.advice ?? null,
    configuration: finding.configuration ?? null,
    causedBy: finding.causedBy ?? null,
  } as Finding;
}

const MATCHES: readonly Finding['matchedBy'][] = [...MATCHED_BY, null];
const OWNERS_UNKNOWN: readonly (OwnersUnknown | null)[] = [
  'permission',
  'confined',
  'not-found',
  'not-looked',
  'no-inode',
  null,
];
const EXPLAINED_BY: readonly DocumentSocket['explainedBy']['by'][] = ['page', 'note', 'client', null];

/** Nearly every socket is complete, and a matrix reads millions. */
function isComplete(socket: StoredSocket): socket is DocumentSocket {
  const { type, file, cgroupId, origin, explainedBy, owners, ownersUnknown } = socket;
  if (type === undefined || file === undefined || cgroupId === undefined) return false;
  if (origin === undefined || explainedBy === undefined || !EXPLAINED_BY.includes(explainedBy.by)) return false;
  if (!OWNERS_UNKNOWN.includes(ownersUnknown)) return false;
  return owners.every(
    (owner) => owner.kind === 'kernel' || (owner.kind === 'process' && owner.startedAt !== undefined),
  );
}

export function completeSocket(socket: StoredSocket): DocumentSocket {
  if (isComplete(socket)) return socket;
  const explainedBy = socket.explainedBy ?? { by: null, text: null };
  return {
    ...completeListener(socket),
    explainedBy: EXPLAINED_BY.includes(explainedBy.by) ? explainedBy : { by: null, text: null },
  };
}

export function completeListener(socket: Omit<StoredSocket, 'explainedBy'>): OwnedListener {
  const owners = socket.owners.flatMap(completeOwner);
  const unknown = known(OWNERS_UNKNOWN, socket.ownersUnknown, 'not-found');
  return {
    ...socket,
    type: socket.type ?? null,
    file: socket.file ?? null,
    cgroupId: socket.cgroupId ?? null,
    origin: socket.origin ?? null,
    owners,
    ownersUnknown: owners.length > 0 ? null : (unknown ?? 'not-found'),
  };
}

/** Nothing for a kind of a later version. */
export function completeOwner(owner: StoredSocket['owners'][number]): Owner[] {
  switch (owner.kind) {
    case 'kernel':
      return [owner];
    case 'process':
      return [{ ...owner, startedAt: owner.startedAt ?? null }];
    default:
      return [];
  }
}
