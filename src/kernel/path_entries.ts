import { dirname, join } from 'node:path';
import { readlink } from '../base/files.js';

/** MAXSYMLINKS (include/linux/namei.h). */
const MAX_LINKS = 40;

/** One step on the way to a file: an entry and the directory that it is in. */
export interface PathEntry {
  readonly directory: string;
  readonly entry: string;
}

/**
 * Every entry that the kernel passes on the way to an absolute path, links and their targets included. Nothing is asked of an entry
 * until the next one is wanted. `root`, such as `/proc/1/root`, stands before every path that is asked for, and in none of the results.
 * @throws Error if there are too many links
 */
export async function* pathEntries(path: string, root = ''): AsyncGenerator<PathEntry, void, void> {
  let directory = '/';
  let links = 0;
  for (let rest = partsOf(path); rest.length > 0; ) {
    const [name = '', ...further] = rest;
    rest = further;
    if (name === '..') {
      directory = dirname(directory);
      continue;
    }
    const entry = join(directory, name);
    yield { directory, entry };
    const target = await readlink(`${root}${entry}`).catch(() => null);
    if (target === null) {
      directory = entry;
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new Error(`too many links: ${path}`);
    if (target.startsWith('/')) directory = '/';
    rest = [...partsOf(target), ...further];
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
