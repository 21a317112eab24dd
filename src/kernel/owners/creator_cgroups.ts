import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Kept } from '../../base/memo.js';
import { textField, textOf } from '../../base/text.js';
import { cgroupFacts } from './cgroup.js';
import type { Origin, OwnedListener } from './owner.js';

/** A node has some hundreds of cgroups; the bound keeps a strange one from holding a capture up. */
const MOST_DIRECTORIES = 20_000;

/**
 * Says of each listener whose holder could not be seen in which cgroup it was made. A cgroup id is the inode number of
 * its directory in cgroup2, which anybody may list.
 */
export async function withOrigins(
  listeners: readonly OwnedListener[],
  kept: Kept = new Kept(),
): Promise<readonly OwnedListener[]> {
  const wanted = new Set(
    listeners.flatMap(({ ownersUnknown, cgroupId }) => (ownersUnknown !== null && cgroupId !== null ? [cgroupId] : [])),
  );
  if (wanted.size === 0) return listeners;
  const mount = cgroup2Mount(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const found = mount === null ? new Map<string, Origin>() : await findCgroups(mount, wanted);
  const origins = kept.same('origins', found);
  return kept.once('with origins', [listeners, origins], () =>
    listeners.map((listener) => {
      const origin = listener.cgroupId === null ? undefined : origins.get(listener.cgroupId);
      return listener.ownersUnknown === null || origin === undefined ? listener : { ...listener, origin };
    }),
  );
}

/** Where cgroup2 is mounted, out of /proc/self/mountinfo (proc(5)): the mount point is field 5, the type follows ` - `. */
export function cgroup2Mount(mountinfo: string): string | null {
  const line = mountinfo.split('\n').find((one) => one.includes(' - cgroup2 '));
  const point = line?.split(' ')[4];
  // Space, tab, newline and backslash stand there in octal.
  return point?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))) ?? null;
}

/**
 * Walks down from `mount`, level by level, until every wanted id has been met. Names of cgroups hold any bytes, so paths are
 * kept as latin1, one character a byte.
 */
export async function findCgroups(mount: string, wanted: ReadonlySet<string>): Promise<Map<string, Origin>> {
  const root = Buffer.from(mount).toString('latin1');
  const found = new Map<string, Origin>();
  let level = ['/'];
  let visited = 0;
  while (level.length > 0 && found.size < wanted.size && visited < MOST_DIRECTORIES) {
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
