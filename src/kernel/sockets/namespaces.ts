import { readdir, readlink, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { CoverageError, faultOf } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { type Netns, native } from '../addon.js';

/** A network namespace, with a path to enter it by while its process or mount exists. */
export interface NetworkNamespace {
  /** Inode number. */
  readonly netns: string;
  readonly path: string;
  /** Name below /run/netns, where it has one. */
  readonly name: string | null;
  /** Its visible processes. */
  readonly pids: readonly number[];
}

export interface FoundNamespaces {
  readonly namespaces: readonly NetworkNamespace[];
  /** Processes of which it could not be seen (permission) that their namespace is one of these. */
  readonly unreadable: number;
}

/** Where `ip netns` (ip-netns(8)) and container runtimes mount namespaces. */
const NAMED = ['/run/netns', '/run/docker/netns'];

/** Every network namespace with a process or a mounted name, each once, by inode number. */
export async function findNamespaces(procRoot = '/proc', named: readonly string[] = NAMED): Promise<FoundNamespaces> {
  const found = new Map<string, { path: string; name: string | null; pids: number[] }>();
  const refused: string[] = [];
  const entries = await readdir(procRoot);
  await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (pid) => {
        const path = join(procRoot, pid, 'ns/net');
        // `net:[4026531840]`, namespaces(7); nothing if the process has just ended.
        const link = await readlink(path).catch((error: NodeJS.ErrnoException) => error.code ?? '');
        const netns = /^net:\[(\d+)\]$/.exec(link)?.[1];
        if (netns === undefined) {
          if (link === 'EACCES' || link === 'EPERM') refused.push(pid);
          return;
        }
        const known = found.get(netns) ?? { path, name: null, pids: [] };
        known.pids.push(Number(pid));
        found.set(netns, known);
      }),
  );
  for (const directory of named) {
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name);
      // Where it was unmounted, an ordinary file stays.
      const isNamespace = await statfs(path).then(
        ({ type }) => type === NSFS_MAGIC,
        () => false,
      );
      const netns = isNamespace ? await inodeOf(path) : null;
      if (netns !== null) found.set(netns, { path, name, pids: found.get(netns)?.pids ?? [] });
    }
  }
  const namespaces = [...found].map(([netns, one]) => ({ netns, ...one, pids: one.pids.sort((a, b) => a - b) }));
  const unreadable = await withoutKnown(refused, found.values(), procRoot);
  return { namespaces: namespaces.sort((a, b) => Number(a.netns) - Number(b.netns)), unreadable };
}

/** include/uapi/linux/magic.h */
const NSFS_MAGIC = 0x6e736673;

/**
 * How many of these processes are in none of these namespaces, as far as can be seen. Each namespace has its own net/dev, at which one
 * can look without the permission that ns/net takes (get_proc_task_net(), fs/proc/proc_net.c).
 */
async function withoutKnown(
  pids: readonly string[],
  namespaces: Iterable<{ readonly pids: readonly number[] }>,
  procRoot: string,
): Promise<number> {
  if (pids.length === 0) return 0;
  const tableOf = (pid: string | number): Promise<string | null> => inodeOf(join(procRoot, String(pid), 'net/dev'));
  const known = new Set(await Promise.all([...namespaces].flatMap((one) => one.pids.slice(0, 1)).map(tableOf)));
  known.delete(null);
  const tables = await Promise.all(pids.map(tableOf));
  return tables.filter((table) => !known.has(table)).length;
}

function inodeOf(path: string): Promise<string | null> {
  return stat(path, { bigint: true }).then(
    ({ ino }) => String(ino),
    () => null,
  );
}

/** Namespaces read at the same time, each of which holds descriptors; libuv's pool has four threads. */
const MAX_READERS = 4;

/** Opens each of these namespaces and reads it, a few at a time; `failed` stands for those where that fails. In order. */
export async function inEachNamespace<Result>(
  namespaces: readonly NetworkNamespace[],
  read: (opened: Netns, namespace: NetworkNamespace) => Promise<Result>,
  failed: (fault: CoverageFault, namespace: NetworkNamespace) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  const rest = namespaces.entries();
  const readRest = async (): Promise<void> => {
    for (const [at, namespace] of rest) {
      results[at] = await inNamespace(namespace, read).catch((error: unknown) => failed(faultOf(error), namespace));
    }
  };
  await Promise.all(Array.from({ length: MAX_READERS }, readRest));
  return results;
}

async function inNamespace<Result>(
  namespace: NetworkNamespace,
  read: (opened: Netns, namespace: NetworkNamespace) => Promise<Result>,
): Promise<Result> {
  const opened = native().openNetns(namespace.path);
  try {
    // The process of that path has ended, and its pid was reused.
    if (String(opened.inode) !== namespace.netns) throw new CoverageError({ code: 'namespace-gone', params: {} });
    return await read(opened, namespace);
  } finally {
    opened.close();
  }
}
