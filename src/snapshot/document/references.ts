import type { CodeTable } from '../../base/coded.js';
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
  const missingId = (place: string, list: readonly string[]): Dangling[] => {
    const at = list.findIndex((id) => !ids.has(id));
    if (at < 0) return [];
    return [{ place: `${place}[${at}]`, expected: 'the id of a socket in this snapshot', found: list[at] }];
  };
  const missingInParams = (place: string, table: CodeTable, stored: StoredCode): Dangling[] =>
    socketParams(table, stored).flatMap(([name, list]) => missingId(`${place}.params.${name}`, list));
  for (const [at, finding] of findings.entries()) {
    const place = `findings[${at}]`;
    const [first] = [
      ...missingId(`${place}.sockets`, finding.sockets),
      ...missingInParams(place, FINDING_CODES, finding),
      ...missingCause(place, at, finding.causedBy ?? null, findings.length),
    ];
    if (first !== undefined) return first;
  }
  return missingInParams('node.roleReason', ROLE_CODES, node.roleReason ?? {})[0] ?? null;
}

function missingCause(place: string, at: number, cause: number | null, count: number): Dangling[] {
  if (cause === null || (cause >= 0 && cause < count && cause !== at)) return [];
  return [{ place: `${place}.causedBy`, expected: 'the index of another finding', found: cause }];
}

/** Parameters of codes that this version knows; others are not used. */
function socketParams(table: CodeTable, { code, params }: StoredCode): (readonly [name: string, ids: string[]])[] {
  if (typeof code !== 'string' || !Object.hasOwn(table, code)) return [];
  return Object.entries(table[code]?.params ?? {}).flatMap(([name, type]) => {
    const value = type === 'socketIds' ? params?.[name] : undefined;
    return Array.isArray(value) ? [[name, value.filter((id) => typeof id === 'string')] as const] : [];
  });
}
