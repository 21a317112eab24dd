import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { textField, textOf } from '../../base/text.js';
import type { Mounts } from '../mounts.js';
import { cgroupFacts } from './cgroup.js';
import type { Origin, OwnedListener } from './owner.js';

/** A node has some hundreds of cgroups; with many more, the search must not delay a capture. */
const MAX_DIRECTORIES = 20_000;

/** Cgroups by id, which is the inode number of their directory in cgroup2. */
export type CreatorCgroups = ReadonlyMap<string, Origin>;

/** Finds the cgroups that created the listeners without a known owner. They can be listed without privileges. */
export async function findCreatorCgroups(listeners: readonly OwnedListener[], mounts: Mounts): Promise<CreatorCgroups> {
  const wanted = new Set(
    listeners.flatMap(({ ownersUnknown, cgroupId }) => (ownersUnknown !== null && cgroupId !== null ? [cgroupId] : [])),
  );
  if (wanted.size === 0) return new Map();
  const mount = cgroup2Mount(mounts);
  return mount === null ? new Map() : findCgroups(mount, wanted);
}

/** Adds its creator to each listener without a known owner. Pure. */
export function attachCreatorCgroups(
  listeners: readonly OwnedListener[],
  cgroups: CreatorCgroups,
): readonly OwnedListener[] {
  if (cgroups.size === 0) return listeners;
  return listeners.map((listener) => {
    const origin = listener.cgroupId === null ? undefined : cgroups.get(listener.cgroupId);
    return listener.ownersUnknown === null || origin === undefined ? listener : { ...listener, origin };
  });
}

/** Where cgroup2 is mounted; null: nowhere. */
export function cgroup2Mount(mounts: Mounts): string | null {
  return [...mounts].find(([, { type }]) => type === 'cgroup2')?.[0] ?? null;
}

/**
 * Walks down from `mount`, level by level, until every wanted id is found. Names of cgroups can hold any bytes, so paths are
 * kept as latin1, one character a byte.
 */
export async function findCgroups(mount: string, wanted: ReadonlySet<string>): Promise<Map<string, Origin>> {
  const root = Buffer.from(mount).toString('latin1');
  const found = new Map<string, Origin>();
  let level = ['/'];
  let visited = 0;
  while (level.length > 0 && found.size < wanted.size && visited < MAX_DIRECTORIES) {
    visited += level.length;
    const below = await Promise.all(
      level.map(async (path) => {
        const directory = Buffer.from(join(root, path), 'latin1');
        const id = await stat(directory, { bigint: true })
          .then(({ ino }) => String(ino))
          .catch(() => null);
        if (id !== null && wanted.has(id)) found.set(id, originOf(Buffer.from(path, 'latin1')));
        const entries = await readdir(directory, { withFileTypes: true, encoding: 'latin1' }).catch((): Dirent[] => []);
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
      }),
    );
    level = below.flat();
  }
  return found;
}

function originOf(path: Buffer): Origin {
  return { ...textField('cgroup', path), ...cgroupFacts(textOf(path)) };
}
