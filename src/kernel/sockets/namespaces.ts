import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

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
  /** Processes whose namespace could not be read (permission). */
  readonly unreadable: number;
}

/** Where `ip netns` (ip-netns(8)) and container runtimes mount namespaces. */
const NAMED = ['/run/netns', '/run/docker/netns'];

/** Every network namespace with a process or a mounted name, each once, by inode number. */
export async function findNamespaces(procRoot = '/proc', named: readonly string[] = NAMED): Promise<FoundNamespaces> {
  const found = new Map<string, { path: string; name: string | null; pids: number[] }>();
  let unreadable = 0;
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
          if (link === 'EACCES' || link === 'EPERM') unreadable += 1;
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
      const netns = await stat(path, { bigint: true }).then(
        ({ ino }) => String(ino),
        () => null,
      );
      if (netns !== null) found.set(netns, { path, name, pids: found.get(netns)?.pids ?? [] });
    }
  }
  const namespaces = [...found].map(([netns, one]) => ({ netns, ...one, pids: one.pids.sort((a, b) => a - b) }));
  return { namespaces: namespaces.sort((a, b) => Number(a.netns) - Number(b.netns)), unreadable };
}
