import { basename } from 'node:path';
import { addTo } from '../../base/multimap.js';
import type { Group } from './groups.js';
import { mayBeSame, unixNameOf } from './identity.js';

/** A group of the earlier snapshot and what it is in the later one. */
export interface Pair {
  readonly before: Group;
  readonly after: Group;
  /** What differs, apart from addresses; `unknown`: the owner is known in one snapshot only. */
  readonly change: 'none' | 'owner' | 'port' | 'unknown';
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  readonly removed: readonly Group[];
  readonly added: readonly Group[];
}

/** Matches the groups of two snapshots, the best matches first. `overlaps`: whether both could not listen at the same time. */
export function pairUp(
  before: readonly Group[],
  after: readonly Group[],
  overlaps: (before: Group, after: Group) => boolean,
): Pairs {
  const removed = new Set(before);
  const added = new Set(after);
  const pairs: Pair[] = [];
  const take = (
    change: Pair['change'],
    keyOf: (group: Group) => string | null,
    fits: (a: Group, b: Group) => boolean,
  ): void => {
    const candidates = new Map<string, Group[]>();
    for (const group of added) {
      const key = keyOf(group);
      if (key !== null) addTo(candidates, key, group);
    }
    for (const group of removed) {
      const key = keyOf(group);
      const list = key === null ? undefined : candidates.get(key);
      const at = list?.findIndex((one) => fits(group, one)) ?? -1;
      const [match] = at < 0 ? [] : (list?.splice(at, 1) ?? []);
      if (match === undefined) continue;
      removed.delete(group);
      added.delete(match);
      pairs.push({ before: group, after: match, change });
    }
  };
  const endpoint = (group: Group): string => group.endpoint;
  take(
    'none',
    (group) => JSON.stringify([group.identity.key, group.endpoint]),
    () => true,
  );
  // Programs that may be the same have the same names.
  take(
    'none',
    ({ identity, endpoint }) => JSON.stringify([endpoint, identity.programs.map(({ name }) => name).sort()]),
    (a, b) => mayBeSame(a.identity, b.identity),
  );
  take('unknown', endpoint, (a, b) => isUnknown(a) !== isUnknown(b) && overlaps(a, b));
  take('owner', endpoint, (a, b) => !isUnknown(a) && !isUnknown(b) && overlaps(a, b));
  take(
    'port',
    (group) => (group.isEphemeral ? programKey(group) : null),
    () => true,
  );
  const [left, right] = [countByKey(removed), countByKey(added)];
  take('port', movedKey, (a) => left.get(movedKey(a) ?? '') === 1 && right.get(movedKey(a) ?? '') === 1);
  return { pairs, removed: [...removed], added: [...added] };
}

function isUnknown({ identity }: Group): boolean {
  return identity.key === null;
}

/** Equal for the same program on any port; null if the owner is unknown. */
function programKey({ identity, protocol, isElsewhere }: Group): string | null {
  return identity.key === null ? null : JSON.stringify([identity.key, protocol, isElsewhere]);
}

/** A program with one port less and one more has moved, as has a unix socket with the same file name elsewhere. */
function movedKey(group: Group): string | null {
  const key = programKey(group);
  const [listener] = group.listeners;
  if (key === null || group.isEphemeral || listener === undefined) return null;
  return group.protocol === 'unix' ? JSON.stringify([key, basename(unixNameOf(listener))]) : key;
}

function countByKey(groups: ReadonlySet<Group>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const key = movedKey(group);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
