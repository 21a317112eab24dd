import { basename } from 'node:path';
import type { Group } from './groups.js';
import { mayBeSame, unixNameOf } from './identity.js';
import { addTo } from './multimap.js';

/** A group of the earlier snapshot and what it is in the later one. */
export interface Pair {
  readonly before: Group;
  readonly after: Group;
  /** `owner`: the same place in other hands; `port`: the same program elsewhere; `unseen`: one of the owners is not known. */
  readonly by: 'same' | 'owner' | 'port' | 'unseen';
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  readonly gone: readonly Group[];
  readonly come: readonly Group[];
}

/** Puts the groups of two snapshots together, the surest first. `overlaps`: whether both could not listen side by side. */
export function pairUp(
  before: readonly Group[],
  after: readonly Group[],
  overlaps: (before: Group, after: Group) => boolean,
): Pairs {
  const gone = new Set(before);
  const come = new Set(after);
  const pairs: Pair[] = [];
  const take = (
    by: Pair['by'],
    keyOf: (group: Group) => string | null,
    fits: (a: Group, b: Group) => boolean,
  ): void => {
    const candidates = new Map<string, Group[]>();
    for (const group of come) {
      const key = keyOf(group);
      if (key !== null) addTo(candidates, key, group);
    }
    for (const group of gone) {
      const key = keyOf(group);
      const list = key === null ? undefined : candidates.get(key);
      const at = list?.findIndex((one) => fits(group, one)) ?? -1;
      const [found] = at < 0 ? [] : (list?.splice(at, 1) ?? []);
      if (found === undefined) continue;
      gone.delete(group);
      come.delete(found);
      pairs.push({ before: group, after: found, by });
    }
  };
  const place = ({ place }: Group): string => place;
  take(
    'same',
    ({ identity, place }) => JSON.stringify([identity.key, place]),
    () => true,
  );
  take('same', place, (a, b) => mayBeSame(a.identity, b.identity));
  take('unseen', place, (a, b) => isUnseen(a) !== isUnseen(b) && overlaps(a, b));
  take('owner', place, (a, b) => !isUnseen(a) && !isUnseen(b) && overlaps(a, b));
  take(
    'port',
    (group) => (group.isEphemeral ? programKey(group) : null),
    () => true,
  );
  const [left, right] = [countBy(gone), countBy(come)];
  take('port', movedKey, (a) => left.get(movedKey(a) ?? '') === 1 && right.get(movedKey(a) ?? '') === 1);
  return { pairs, gone: [...gone], come: [...come] };
}

function isUnseen({ identity }: Group): boolean {
  return identity.key === null;
}

/** The same program, whatever its port; null where nobody is seen. */
function programKey({ identity, protocol, isElsewhere }: Group): string | null {
  return identity.key === null ? null : JSON.stringify([identity.key, protocol, isElsewhere]);
}

/** A program that has one port less and one more has moved; a unix socket that has moved kept its file's name. */
function movedKey(group: Group): string | null {
  const key = programKey(group);
  const [listener] = group.listeners;
  if (key === null || group.isEphemeral || listener === undefined) return null;
  return group.protocol === 'unix' ? JSON.stringify([key, basename(unixNameOf(listener))]) : key;
}

function countBy(groups: ReadonlySet<Group>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const key = movedKey(group);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
