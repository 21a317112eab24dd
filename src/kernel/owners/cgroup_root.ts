import { join, posix } from 'node:path';
import { readlink, stat } from '../../base/files.js';
import type { ProcessFacts } from '../addon.js';
import { readMounts } from '../mounts.js';
import { cgroup2Mount, findCgroups } from './creator_cgroups.js';

/** In a cgroup namespace of our own, the line of cgroup2 in /proc/PID/cgroup of a process outside (cgroup_namespaces(7)). */
const OUTSIDE = /^0::(\/\.\.(?:\/.*)?)$/m;

/**
 * The facts with the paths of cgroups outside of our cgroup namespace as process 1 sees them, which with hostPID is the node's. They
 * stay as they are, with a leading `/..`, where our place below the node's root cannot be found.
 */
export async function withNodesCgroups(facts: ProcessFacts[]): Promise<ProcessFacts[]> {
  const isOutside = ({ cgroup }: ProcessFacts): boolean => cgroup !== null && OUTSIDE.test(latin1(cgroup));
  if (!facts.some(isOutside)) return facts;
  const root = await ownRoot();
  if (root === null) return facts;
  return facts.map((one) => (one.cgroup === null ? one : { ...one, cgroup: seenFromAbove(one.cgroup, root) }));
}

/** The content of /proc/PID/cgroup with the path of cgroup2 below that of our root, in latin1. Pure. */
export function seenFromAbove(file: Uint8Array, root: string): Uint8Array {
  return Buffer.from(
    latin1(file).replace(OUTSIDE, (_, path: string) => `0::${posix.normalize(root + path)}`),
    'latin1',
  );
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The root of our cgroup namespace as process 1 sees it, in latin1; null: it has the same one, or cannot be asked. */
async function ownRoot(): Promise<string | null> {
  try {
    const [own, nodes] = await Promise.all([readlink('/proc/self/ns/cgroup'), readlink('/proc/1/ns/cgroup')]);
    if (own === nodes) return null;
    const [mount, above] = [cgroup2Mount(await readMounts()), cgroup2Mount(await readMounts(1))];
    if (mount === null || above === null) return null;
    const id = String((await stat(mount, { bigint: true })).ino);
    const found = (await findCgroups(join('/proc/1/root', above), new Set([id]))).get(id);
    if (found === undefined || found.cgroup === null) return null;
    return found.cgroupRaw === undefined
      ? Buffer.from(found.cgroup).toString('latin1')
      : Buffer.from(found.cgroupRaw, 'base64').toString('latin1');
  } catch {
    return null;
  }
}
