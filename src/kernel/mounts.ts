import { readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { native } from './addon.js';

/** The type of the file system at each mount point; of several, the one that is visible. */
export type Mounts = ReadonlyMap<string, string>;

/** From /proc/self/mountinfo (proc(5)): the mount point is field 5, the type follows ` - `. */
export function parseMounts(mountinfo: string): Mounts {
  const mounts = new Map<string, string>();
  for (const line of mountinfo.split('\n')) {
    const [fields = '', source = ''] = line.split(' - ');
    const [type = ''] = source.split(' ');
    const point = fields.split(' ')[4];
    if (point !== undefined) mounts.set(unescaped(point), type);
  }
  return mounts;
}

/** Space, tab, newline and backslash are escaped in octal. */
function unescaped(point: string): string {
  return point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Read by the addon: a worker thread that is terminated while Node.js opens a file leaves the file open. */
export async function readMounts(): Promise<Mounts> {
  const bytes = await native()
    .readInNetns(null, '/proc/self/mountinfo')
    .catch(() => new Uint8Array());
  return parseMounts(Buffer.from(bytes).toString());
}

/**
 * File systems that another machine or a process answers for. Where that is stopped, a thread that asks it cannot be ended, nor can
 * the process of the thread. Mounting such a file system needs no privileges (FUSE).
 */
const ANSWERED_ELSEWHERE =
  /^(?:fuse|nfs|cifs|smb|ceph|9p|afs|autofs|coda|gfs2|gpfs|beegfs|lustre|ocfs2|orangefs|panfs|virtiofs)/;

/** MAXSYMLINKS (include/linux/namei.h). */
const MAX_LINKS = 40;

/**
 * Whether a path leads to, or through, such a file system; looks at no further than that. The one at `/` does not count: without it
 * nothing would run.
 */
export async function isAnsweredElsewhere(path: string, mounts: Mounts): Promise<boolean> {
  let links = 0;
  let at = '/';
  for (let rest = partsOf(path); rest.length > 0; ) {
    const [name = '', ...further] = rest;
    rest = further;
    if (name === '..') {
      at = dirname(at);
      continue;
    }
    const next = join(at, name);
    const type = mounts.get(next);
    if (type !== undefined && ANSWERED_ELSEWHERE.test(type)) return true;
    // A mount point is no link.
    const target = type === undefined ? await readlink(next).catch(() => null) : null;
    if (target === null) {
      at = next;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return false;
    if (target.startsWith('/')) at = '/';
    rest = [...partsOf(target), ...further];
  }
  return false;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
