import { DEFAULT_PATHS } from '../../spec/claims.js';
import type { Notes } from '../../spec/notes.js';
import type { Row } from '../../spec/rows.js';
import { notesOn } from '../../verdict/applied_row.js';
import type { ClaimName } from '../../verdict/claim.js';

/** How a claim is asked: over which path, by a connection alone, or by the handshake. */
export type Way = { readonly path: string } | 'connection' | 'handshake';

/** What is to be asked of a row's listener. */
export interface AskedClaims {
  readonly claims: ReadonlyMap<ClaimName, Way>;
  /** Why there may be nothing to ask, from the notes; null: they do not say. */
  readonly why: string | null;
}

/** What the page claims, corrected by the notes, the last of which wins. */
export function askedClaims(row: Row, notes: Notes): AskedClaims {
  const claims = new Map<ClaimName, Way>();
  for (const claim of row.claims) set(claims, claim, true);
  let why: string | null = null;
  for (const note of notesOn(row, notes)) {
    for (const claim of NOTED) set(claims, claim, note.claims[claim]);
    why = note.noClaims ?? why;
  }
  // A server that demands certificates speaks TLS, and shows its own.
  if (claims.has('client-certificate')) claims.set('tls', 'handshake');
  if (claims.has('tls')) claims.set('certificate-valid', 'handshake');
  return { claims, why };
}

const NOTED = ['tls', 'client-certificate', 'no-anonymous', 'authorised', 'healthy'] as const;

/** Where it is asked unless a note says so. */
const DEFAULT_WAY: Readonly<Record<(typeof NOTED)[number], Way>> = {
  tls: 'handshake',
  'client-certificate': 'handshake',
  'no-anonymous': { path: DEFAULT_PATHS['no-anonymous'] },
  authorised: { path: DEFAULT_PATHS.authorised },
  healthy: 'connection',
};

function set(claims: Map<ClaimName, Way>, claim: (typeof NOTED)[number], value: boolean | string | undefined): void {
  if (value === undefined) return;
  if (value === false) claims.delete(claim);
  // A path that the notes gave before stays.
  else if (value === true) claims.set(claim, claims.get(claim) ?? DEFAULT_WAY[claim]);
  else claims.set(claim, value === 'connect' ? 'connection' : { path: value });
}
