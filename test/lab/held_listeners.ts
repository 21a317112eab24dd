import { readdir, readFile, readlink } from 'node:fs/promises';

export interface HeldListeners {
  /** Ports of the TCP sockets in LISTEN, one for each socket, in any order. */
  readonly ports: readonly number[];
  /** Paths of the unix sockets that accept connections. */
  readonly paths: readonly string[];
}

const TCP_LISTEN = '0A';
/** __SO_ACCEPTCON among the flags in /proc/net/unix (linux/net.h). */
const UNIX_ACCEPTS = 0x10000;

/**
 * The listeners of a process, from /proc. Slow and simple, and independent of the product, which the lab is there to test.
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
  // The process may exit and its descriptors may be closed meanwhile.
  for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
    const target = await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** The rows of a table of the process's network namespace, as fields; none if the kernel has no such table. */
async function table(pid: number, name: string): Promise<string[][]> {
  const text = await readFile(`/proc/${pid}/net/${name}`, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/));
}
