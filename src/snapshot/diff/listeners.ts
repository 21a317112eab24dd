import { printable } from '../../base/text.js';
import { unknownOwnerText } from '../../verdict/text/format.js';
import type { SnapshotDocument } from '../document/document.js';
import type { ListenerDifference } from './difference.js';
import { placesOf, sideOf, whoOf } from './format.js';
import { type Group, groupsOf, merged } from './groups.js';
import { addTo } from './multimap.js';
import { type Pair, pairUp } from './pairs.js';
import { compareReach, overlap, type Reach, reachOf } from './reach.js';
import { restarts } from './restarts.js';

/** What listeners of one snapshot became in the other. Restarts are told within one host only. */
export function listenerDifferences(
  old: SnapshotDocument,
  now: SnapshotDocument,
  isSameHost: boolean,
): ListenerDifference[] {
  const [before, after] = [groupsOf(old), groupsOf(now)];
  const reaches = comparableReaches(old, now);
  const paired = pairUp(before, after, (a, b) =>
    a.protocol === 'unix' ? true : overlap(reaches.before(a, b), reaches.after(b, a)),
  );
  const pairs = paired.pairs.filter(({ before, after }) => !before.isClient || !after.isClient);
  const neighbours = new Map<string, Group[]>();
  for (const group of after) if (group.protocol !== 'unix') addTo(neighbours, group.place, group);
  const come = paired.come.filter(({ isClient }) => !isClient);
  const gone = paired.gone.filter(({ isClient }) => !isClient);
  return [
    ...come.flatMap((group) => oneSided(group, 'appeared', old, neighbours)),
    ...gone.flatMap((group) => oneSided(group, 'disappeared', now, neighbours)),
    ...pairs.flatMap((pair) => pairDifferences(pair, reaches)),
    ...unseenOwners(pairs),
    ...(isSameHost ? restarts(pairs) : []),
  ];
}

interface Reaches {
  before(group: Group, other: Group): Reach;
  after(group: Group, other: Group): Reach;
}

/** The default interface stands for its addresses only where both have one; so does v6only where both know it. */
function comparableReaches(old: SnapshotDocument, now: SnapshotDocument): Reaches {
  const haveDefault = old.node.defaultInterface !== null && now.node.defaultInterface !== null;
  const reach = ({ node }: SnapshotDocument): Reaches['before'] => {
    const known = new Map<Group, { readonly plain: Reach; readonly withoutV6only: Reach }>();
    return (group, other) => {
      const defaultInterface = haveDefault && !group.isElsewhere ? node.defaultInterface : null;
      const made = (knowsV6only: boolean): Reach => reachOf(group.listeners, { defaultInterface, knowsV6only });
      const reaches = known.get(group) ?? { plain: made(true), withoutV6only: made(false) };
      known.set(group, reaches);
      return group.knowsV6only && other.knowsV6only ? reaches.plain : reaches.withoutV6only;
    };
  };
  return { before: reach(old), after: reach(now) };
}

/** What only one of the two has seen is there or not there in the other only if that looked at all of its table. */
function oneSided(
  group: Group,
  kind: 'appeared' | 'disappeared',
  other: SnapshotDocument,
  neighbours: ReadonlyMap<string, readonly Group[]>,
): ListenerDifference[] {
  if (group.isElsewhere && other.namespaces === null) return [];
  const name = group.isElsewhere ? 'namespaces' : group.protocol;
  const source = other.coverage.sources.find((one) => one.name === name);
  const side = sideOf(group);
  const sides = kind === 'appeared' ? { before: null, after: side } : { before: side, after: null };
  const what = `${whoOf(group)} on ${placesOf(group)}`;
  if (source?.status === 'ok') {
    const beside = neighbours.get(group.place)?.find((one) => one !== group);
    const shared = beside === undefined ? '' : `, beside ${whoOf(beside)} on ${placesOf(beside)}`;
    const message = kind === 'appeared' ? `${what} was not there before${shared}` : `${what} is gone`;
    return [difference(group, kind, { ...sides, message })];
  }
  const why = source?.error ?? `its ${name} were not looked at`;
  const [has, lacks] = kind === 'appeared' ? ['later', 'earlier'] : ['earlier', 'later'];
  const message = `${what} is in the ${has} snapshot; the ${lacks} one could not tell: ${why}`;
  return [difference(group, 'unknown', { ...sides, message })];
}

function pairDifferences({ before, after, by }: Pair, reaches: Reaches): ListenerDifference[] {
  const sides = { before: sideOf(before), after: sideOf(after) };
  const [was, is] = [placesOf(before), placesOf(after)];
  const change =
    before.protocol === 'unix' ? 'same' : compareReach(reaches.before(before, after), reaches.after(after, before));
  switch (by) {
    case 'owner': {
      const where = was === is ? is : `${was}, now ${is}`;
      const message = `${whoOf(after)} holds ${where}; before, ${whoOf(before)} did`;
      return [difference(after, 'owner-changed', { ...sides, message })];
    }
    case 'port': {
      const chosen = after.isEphemeral ? ', a port that the kernel chooses' : '';
      const message = `${whoOf(after)} listens on ${is} instead of ${was}${chosen}`;
      return [difference(after, 'moved', { ...sides, message, matters: !after.isEphemeral })];
    }
    // Who it is may not be known, and where it listens is known all the same.
    case 'unseen':
    case 'same': {
      const more = before.protocol === 'unix' ? [] : backlogDifferences({ before, after, by }, sides);
      if (change === 'same') return more;
      const how = { widened: 'more widely', narrowed: 'more narrowly', moved: 'elsewhere' }[change];
      const [now, then] = was === is ? [placesOf(after, 'families'), placesOf(before, 'families')] : [is, was];
      const message = `${whoOf(after)} listens ${how}: on ${now} instead of ${then}`;
      return [difference(after, change, { ...sides, message }), ...more];
    }
  }
}

/** Told where every member of a group has another limit, and one that differs for all of them. */
function backlogDifferences({ before, after }: Pair, sides: Sides): ListenerDifference[] {
  const limits = (group: Group): (number | null)[] => [
    ...new Set(group.listeners.map(({ backlog }) => backlog?.max ?? null)),
  ];
  const [[was = null, ...others], [is = null, ...more]] = [limits(before), limits(after)];
  if (was === null || is === null || was === is || others.length > 0 || more.length > 0) return [];
  const message = `${whoOf(after)} on ${placesOf(after)} lets ${is} connections wait instead of ${was}`;
  return [difference(after, 'backlog', { ...sides, message, matters: false })];
}

/** One line for each program, however many listeners it has. */
function unseenOwners(pairs: readonly Pair[]): ListenerDifference[] {
  const unseen = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.by !== 'unseen') continue;
    const { before, after } = pair;
    const key = JSON.stringify([before.identity.key, after.identity.key, before.protocol, before.isElsewhere]);
    addTo(unseen, key, pair);
  }
  return [...unseen.values()].flatMap((members) => {
    const [before, after] = [merged(members.map((pair) => pair.before)), merged(members.map((pair) => pair.after))];
    if (before === null || after === null) return [];
    const isNowUnseen = after.identity.key === null;
    const [known, hidden] = isNowUnseen ? [before, after] : [after, before];
    const [when, verb] = isNowUnseen ? ['later', 'held'] : ['earlier', 'holds'];
    const [listener] = hidden.listeners;
    const why = listener === undefined ? '' : `: ${unknownOwnerText(listener)}`;
    const message = `${whoOf(known)} ${verb} ${placesOf(known)}; the ${when} snapshot does not know who does${why}`;
    return [difference(known, 'unknown', { before: sideOf(before), after: sideOf(after), message })];
  });
}

type Sides = Pick<ListenerDifference, 'before' | 'after'>;

function difference(
  group: Group,
  kind: ListenerDifference['kind'],
  rest: Sides & { readonly message: string; readonly matters?: boolean },
): ListenerDifference {
  const { before, after, matters = true } = rest;
  const [program, message] = [printable(group.identity.program), printable(rest.message)];
  return { kind, matters, message, program, protocol: group.protocol, before, after };
}
