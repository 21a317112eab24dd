import { paramsOfKind } from '../../base/coded.js';
import { FINDING_CODES } from '../../verdict/codes.js';
import { ROLE_CODES } from '../../verdict/role_codes.js';
import type { StoredCode } from './complete_parts.js';
import type { StoredSnapshot } from './complete_snapshot.js';

/** A place in a snapshot that refers to something that is not in it. */
export interface Dangling {
  readonly place: string;
  readonly expected: string;
  readonly found: unknown;
}

/**
 * The first reference to a socket or finding that the snapshot does not have; null: none. Events may name sockets that no reading of
 * the tables had.
 */
export function danglingReference({ node, findings, sockets, bound = [] }: StoredSnapshot): Dangling | null {
  const ids = new Set([...sockets, ...bound].map(({ id }) => id));
  const missingId = (place: string, list: readonly string[]): Dangling | null => {
    const at = list.findIndex((id) => !ids.has(id));
    if (at < 0) return null;
    return { place: `${place}[${at}]`, expected: 'the id of a socket in this snapshot', found: list[at] };
  };
  const missingInParams = (place: string, names: SocketParams, { code, params }: StoredCode): Dangling | null => {
    for (const name of names.get(code ?? '') ?? []) {
      const value = params?.[name];
      const texts = Array.isArray(value) ? value.filter((id) => typeof id === 'string') : [];
      const missing = missingId(`${place}.params.${name}`, texts);
      if (missing !== null) return missing;
    }
    return null;
  };
  for (const [at, finding] of findings.entries()) {
    const place = `findings[${at}]`;
    const first =
      missingId(`${place}.sockets`, finding.sockets) ??
      missingInParams(place, IN_FINDINGS, finding) ??
      missingCause(place, at, finding.causedBy ?? null, findings.length);
    if (first !== null) return first;
  }
  return missingInParams('node.roleReason', IN_ROLES, node.roleReason ?? {});
}

/** Of codes that this version knows; others are not used. */
type SocketParams = ReadonlyMap<string, readonly string[]>;
const IN_FINDINGS: SocketParams = paramsOfKind(FINDING_CODES, 'socketIds');
const IN_ROLES: SocketParams = paramsOfKind(ROLE_CODES, 'socketIds');

function missingCause(place: string, at: number, cause: number | null, count: number): Dangling | null {
  if (cause === null || (cause >= 0 && cause < count && cause !== at)) return null;
  return { place: `${place}.causedBy`, expected: 'the index of another finding', found: cause };
}
