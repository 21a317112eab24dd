import { addTo } from '../../base/multimap.js';
import type { SnapshotDocument } from '../document/document.js';
import type { Facts, ListenerDifference } from './difference.js';
import { type Group, groupsOf, merged } from './groups.js';
import { type Pair, pairUp } from './pairs.js';
import { compareReach, overlap, type Reach, reachOf } from './reach.js';
import { restarts } from './restarts.js';
import { fieldsOf } from './sides.js';

type Difference = Facts<ListenerDifference>;

/** Listeners that were added, removed or changed. Restarts are only reported for the same host. */
export function listenerDifferences(old: SnapshotDocument, now: SnapshotDocument, isSameHost: boolean): Difference[] {
  const [before, after] = [groupsOf(old), groupsOf(now)];
  const reaches = comparableReaches(old, now);
  const paired = pairUp(before, after, (a, b) =>
    a.protocol === 'unix' ? true : overlap(reaches.before(a, b), reaches.after(b, a)),
  );
  const pairs = paired.pairs.filter(({ before, after }) => !before.isClient || !after.isClient);
  const neighbours = new Map<string, Group[]>();
  for (const group of after) if (group.protocol !== 'unix') addTo(neighbours, group.endpoint, group);
  return [
    ...paired.added.flatMap((group) => addedListener(group, old, neighbours.get(group.endpoint) ?? [])),
    ...paired.removed.flatMap((group) => removedListener(group, now)),
    ...pairs.flatMap((pair) => changedListener(pair, reaches)),
    ...unknownOwners(pairs),
    ...(isSameHost ? restarts(pairs) : []),
  ];
}

interface Reaches {
  before(group: Group, other: Group): Reach;
  after(group: Group, other: Group): Reach;
}

/** The default interface is compared as such only if both snapshots have one, and v6only only if both know it. */
function comparableReaches(old: SnapshotDocument, now: SnapshotDocument): Reaches {
  const haveDefault = old.node.defaultAddresses.length > 0 && now.node.defaultAddresses.length > 0;
  const reach = ({ node }: SnapshotDocument): Reaches['before'] => {
    const known = new Map<Group, { readonly plain: Reach; readonly withoutV6only: Reach }>();
    return (group, other) => {
      const defaultAddresses = haveDefault && !group.isElsewhere ? node.defaultAddresses : [];
      const made = (knowsV6only: boolean): Reach => reachOf(group.listeners, { defaultAddresses, knowsV6only });
      const reaches = known.get(group) ?? { plain: made(true), withoutV6only: made(false) };
      known.set(group, reaches);
      return group.knowsV6only && other.knowsV6only ? reaches.plain : reaches.withoutV6only;
    };
  };
  return { before: reach(old), after: reach(now) };
}

/** A group can have any number of listeners, and each of any number of new groups can be beside it. */
const MAX_BESIDE = 8;

/** `neighbours`: all groups of the later snapshot on the same port. */
function addedListener(group: Group, old: SnapshotDocument, neighbours: readonly Group[]): Difference[] {
  const fields = fieldsOf(group, { before: null, after: group });
  const beside =
    neighbours
      .find((one) => one !== group)
      ?.listeners.slice(0, MAX_BESIDE)
      .map(({ id }) => id) ?? [];
  switch (evidenceOfAbsence(group, old)) {
    case 'none':
      return [];
    case 'unread':
      return [{ ...fields, ...unread(group, 'before') }];
    case 'read':
      return [{ ...fields, kind: 'appeared', code: 'listener-added', params: { beside }, matters: true }];
  }
}

function removedListener(group: Group, now: SnapshotDocument): Difference[] {
  const fields = fieldsOf(group, { before: group, after: null });
  switch (evidenceOfAbsence(group, now)) {
    case 'none':
      return [];
    case 'unread':
      return [{ ...fields, ...unread(group, 'after') }];
    case 'read':
      return [{ ...fields, kind: 'disappeared', code: 'listener-removed', params: {}, matters: true }];
  }
}

/** Whether the snapshot that lacks a listener read all of its table; `none` if the listener should not be compared. */
function evidenceOfAbsence(group: Group, lacking: SnapshotDocument): 'read' | 'unread' | 'none' {
  if (group.isClient || (group.isElsewhere && lacking.namespaces === null)) return 'none';
  return lacking.coverage.sources.find(({ name }) => name === sourceOf(group))?.status === 'ok' ? 'read' : 'unread';
}

function sourceOf({ isElsewhere, protocol }: Group): string {
  return isElsewhere ? 'namespaces' : protocol;
}

function unread(group: Group, side: 'before' | 'after') {
  const params = { side, source: sourceOf(group) };
  return { kind: 'unknown', code: 'table-unread', params, matters: true } as const;
}

const REACH_CHANGES = {
  widened: 'address-widened',
  narrowed: 'address-narrowed',
  moved: 'address-changed',
} as const;

function changedListener(pair: Pair, reaches: Reaches): Difference[] {
  const { before, after } = pair;
  const fields = fieldsOf(after, pair);
  switch (pair.change) {
    case 'owner':
      return [{ ...fields, kind: 'owner-changed', code: 'owner-changed', params: {}, matters: true }];
    case 'port': {
      const code = after.isEphemeral ? 'ephemeral-port-changed' : 'port-changed';
      return [{ ...fields, kind: 'moved', code, params: {}, matters: !after.isEphemeral }];
    }
    // The addresses are known even if the owner is not.
    case 'unknown':
    case 'none': {
      if (before.protocol === 'unix') return [];
      const backlog = backlogDifferences(pair);
      const kind = compareReach(reaches.before(before, after), reaches.after(after, before));
      if (kind === 'same') return backlog;
      return [{ ...fields, kind, code: REACH_CHANGES[kind], params: {}, matters: true }, ...backlog];
    }
  }
}

/** Only if all listeners of a group have the same limit. */
function backlogDifferences(pair: Pair): Difference[] {
  const limits = ({ listeners }: Group): (number | null)[] => [
    ...new Set(listeners.map(({ backlog }) => backlog?.max ?? null)),
  ];
  const [[before = null, ...others], [after = null, ...more]] = [limits(pair.before), limits(pair.after)];
  if (before === null || after === null || before === after || others.length > 0 || more.length > 0) return [];
  const fields = fieldsOf(pair.after, pair);
  return [{ ...fields, kind: 'backlog', code: 'backlog-changed', params: { before, after }, matters: false }];
}

/** One difference for each program, however many listeners it has. */
function unknownOwners(pairs: readonly Pair[]): Difference[] {
  const byProgram = new Map<string, Pair[]>();
  for (const pair of pairs) {
    if (pair.change !== 'unknown') continue;
    const { before, after } = pair;
    const key = JSON.stringify([before.identity.key, after.identity.key, before.protocol, before.isElsewhere]);
    addTo(byProgram, key, pair);
  }
  return [...byProgram.values()].flatMap((members) => {
    const [before, after] = [merged(members.map((pair) => pair.before)), merged(members.map((pair) => pair.after))];
    if (before === null || after === null) return [];
    const [side, known] = after.identity.key === null ? (['after', before] as const) : (['before', after] as const);
    const fields = fieldsOf(known, { before, after });
    return [{ ...fields, kind: 'unknown', code: 'owner-unknown', params: { side }, matters: true }];
  });
}
