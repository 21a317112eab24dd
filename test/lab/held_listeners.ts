import { readdir, readFile, readlink } from 'node:fs/promises';

export interface HeldListeners {
  /** Ports of the TCP sockets in LISTEN, in any order, one for each socket. */
  readonly ports: readonly number[];
  /** Paths of the unix sockets that accept connections. */
  readonly paths: readonly string[];
}

const TCP_LISTEN = '0A';
/** __SO_ACCEPTCON among the flags in /proc/net/unix (linux/net.h). */
const UNIX_ACCEPTS = 0x10000;

/**
 * What a process listens on, from /proc alone: slow and simple, and nothing of the product's own, because the lab must
 * not rely on what it is there to test.
 */
export async function heldListeners(pid: number): Promise<HeldListeners> {
  const [held, tcp4, tcp6, unix] = await Promise.all([
    heldInodes(pid),
    table(pid, 'tcp'),
    table(pid, 'tcp6'),
    table(pid, 'unix'),
  ]);
  const ports = [...tcp4, ...tcp6]
    .filter((fields) => fields[3] === TCP_LISTEN && held.has(fields[9] ?? ''))
    .map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16));
  const paths = unix
    .filter((fields) => (Number.parseInt(fields[3] ?? '', 16) & UNIX_ACCEPTS) !== 0 && held.has(fields[6] ?? ''))
    .map((fields) => fields[7] ?? '');
  return { ports, paths };
}

async function heldInodes(pid: number): Promise<Set<string>> {
  const inodes = new Set<string>();
  // A process that ends meanwhile holds nothing; a descriptor that is closed meanwhile is not one we wait for.
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** The rows of a table of the process's network namespace, as fields; none where the kernel has no such table. */
async function table(pid: number, name: string): Promise<string[][]> {
  const text = await readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}
