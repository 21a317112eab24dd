import type { Deadline } from '../../base/deadline.js';
import type { HostFiles } from '../../node/host_files.js';
import { NO_POD_NAMES, namedOwner, type PodNames, podsOf } from '../../node/pod_names.js';
import { readUserNames } from '../../node/user_names.js';
import type { AddressOwner, Holder } from '../../verdict/text/event.js';
import { namesOf } from '../capture.js';
import type { AddressOwners } from './address_owners.js';
import type { Question } from './question.js';

/** What the disk of the node says of holders. */
export interface HolderFacts {
  readonly podNames: PodNames;
  readonly userNames: ReadonlyMap<number, string>;
  /** When files were made, by path. */
  readonly fileTimes: ReadonlyMap<string, string>;
}

/** Nothing is thrown. */
export async function readHolderFacts(
  owners: readonly AddressOwners[],
  questions: readonly Question[],
  files: HostFiles | null,
  deadline: Deadline,
): Promise<HolderFacts> {
  const holders = owners.flatMap((one) => one.holders);
  if (files === null) return { podNames: NO_POD_NAMES, userNames: new Map(), fileTimes: new Map() };
  const step = deadline.step();
  const paths = holders.some(isFile) ? questions.flatMap(({ path }) => path ?? []) : [];
  const hasUser = holders.some(({ uid }) => uid !== null);
  const none = (): ReadonlyMap<number, string> => new Map();
  const [podNames, userNames, times] = await Promise.all([
    namesOf(files, podsOf(holders), step),
    hasUser ? step.within(readUserNames(files), none) : none(),
    Promise.all(paths.map(async (path) => [path, await step.within(files.changedAt(path), () => null)] as const)),
  ]);
  return { podNames, userNames, fileTimes: new Map(times.flatMap(([path, at]) => (at === null ? [] : [[path, at]]))) };
}

/** A holder with these facts. Pure. */
export function holderOf(
  owner: AddressOwner,
  netns: string,
  path: string | null,
  { podNames, userNames, fileTimes }: HolderFacts,
): Holder {
  const { uid } = owner;
  const processes = owner.owners.flatMap((one) => (one.kind === 'process' ? [one] : []));
  const started = processes.flatMap(({ startedAt }) => startedAt ?? []).sort();
  // A container has an /etc/passwd of its own.
  const isContained = processes.some(({ pod, container }) => pod !== null || container !== null);
  return {
    ...owner,
    owners: owner.owners.map((one) => namedOwner(one, podNames)),
    netns,
    user: uid === null || isContained ? null : (userNames.get(uid) ?? null),
    since: isFile(owner) ? (fileTimes.get(path ?? '') ?? null) : (started[0] ?? null),
  };
}

function isFile({ kind }: AddressOwner): boolean {
  return kind === 'file' || kind === 'other-file';
}
