import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { readdir, stat } from '../../base/files.js';
import { textField, textOf } from '../../base/text.js';
import type { Mounts } from '../mounts.js';
import { cgroupFacts } from './cgroup.js';
import type { Origin, OwnedListener } from './owner.js';

/** A node has some hundreds of cgroups; with many more, the search must not delay a capture. */
const MAX_DIRECTORIES = 20_000;

/** Cgroups by id, which is the inode number of their directory in cgroup2. */
export type CreatorCgroups = ReadonlyMap<string, Origin>;

/**
 * Finds the cgroups that created the listeners without a known owner, and those of users other than root, which may have been handed
 * to their owners. They can be listed without privileges.
 */
export async function findCreatorCgroups(listeners: readonly OwnedListener[], mounts: Mounts): Promise<CreatorCgroups> {
  const mount = cgroup2Mount(mounts);
  if (mount === null) return new Map();
  const open = listeners.filter(isOfInterest);
  const paths = new Set(open.flatMap(ownersCgroups));
  const ids = new Map(
    await Promise.all(Array.from(paths, async (path) => [path, await idOf(join(mount, path))] as const)),
  );
  // Mostly one of its owners is in the cgroup that created it, which spares the search.
  const isItsOwners = (one: OwnedListener): boolean =>
    ownersCgroups(one).some((path) => ids.get(path) === one.cgroupId);
  const wanted = new Set(open.flatMap((one) => (one.cgroupId === null || isItsOwners(one) ? [] : [one.cgroupId])));
  return wanted.size === 0 ? new Map() : findCgroups(mount, wanted);
}

function isOfInterest({ ownersUnknown, owners, uid, cgroupId }: OwnedListener): boolean {
  const isUsers = uid !== null && uid !== 0 && owners.every(({ kind }) => kind === 'process');
  return cgroupId !== null && (ownersUnknown !== null || isUsers);
}

function ownersCgroups({ owners }: OwnedListener): string[] {
  return owners.flatMap((owner) => (owner.kind === 'process' && owner.cgroup !== null ? [owner.cgroup] : []));
}

function idOf(directory: string | Buffer): Promise<string | null> {
  return stat(directory, { bigint: true }).then(
    ({ ino }) => String(ino),
    () => null,
  );
}

/** Adds its creator to each listener that it was looked up for. Pure. */
export function attachCreatorCgroups(
  listeners: readonly OwnedListener[],
  cgroups: CreatorCgroups,
): readonly OwnedListener[] {
  if (cgroups.size === 0) return listeners;
  return listeners.map((listener) => {
    const origin = listener.cgroupId === null ? undefined : cgroups.get(listener.cgroupId);
    return origin === undefined || !isOfInterest(listener) ? listener : { ...listener, origin };
  });
}

/** Where cgroup2 is mounted; null: nowhere. */
export function cgroup2Mount(mounts: Mounts): string | null {
  return [...mounts].find(([, { type }]) => type === 'cgroup2')?.[0] ?? null;
}

/** A cgroup that has been removed, or is outside of our cgroup namespace. */
const UNSEEN: Origin = { cgroup: null, unit: null, pod: null, container: null };

/**
 * Walks down from `mount`, level by level, until every wanted id is found; those that are nowhere are UNSEEN. Names of cgroups can hold
 * any bytes, so paths are kept as latin1, one character a byte.
 */
export async function findCgroups(mount: string, wanted: ReadonlySet<string>): Promise<Map<string, Origin>> {
  const root = Buffer.from(mount).toString('latin1');
  const found = new Map<string, Origin>();
  if ((await idOf(mount)) === null) return found;
  let level = ['/'];
  let visited = 0;
  while (level.length > 0 && found.size < wanted.size && visited < MAX_DIRECTORIES) {
    visited += level.length;
    const below = await Promise.all(
      level.map(async (path) => {
        const directory = Buffer.from(join(root, path), 'latin1');
        const id = await idOf(directory);
        if (id !== null && wanted.has(id)) found.set(id, originOf(Buffer.from(path, 'latin1')));
        const entries = await readdir(directory, { withFileTypes: true, encoding: 'latin1' }).catch((): Dirent[] => []);
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
      }),
    );
    level = below.flat();
  }
  if (level.length === 0) for (const id of wanted) if (!found.has(id)) found.set(id, UNSEEN);
  return found;
}

function originOf(path: Buffer): Origin {
  return { ...textField('cgroup', path), ...cgroupFacts(textOf(path)) };
}
