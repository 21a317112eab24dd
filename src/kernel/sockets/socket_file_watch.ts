import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, relative } from 'node:path';

/**
 * Tells when something may have changed at the paths of unix sockets: a file that is made or removed is no event of any socket.
 * Where a directory cannot be watched it stays silent; the tables and files are read again from time to time all the same.
 */
export class SocketFileWatch {
  readonly #onChange: () => void;
  readonly #watched = new Map<string, { readonly watcher: FSWatcher | null; names: Set<string> }>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these paths and no others. To be called again after a change: a directory may have come or gone. */
  follow(paths: readonly string[]): void {
    const wanted = new Map<string, Set<string>>();
    for (const path of paths) {
      const directory = nearestDirectory(path);
      const [name = ''] = relative(directory, path).split('/');
      wanted.set(directory, (wanted.get(directory) ?? new Set()).add(name));
    }
    for (const [directory, { watcher }] of this.#watched) {
      if (wanted.has(directory)) continue;
      watcher?.close();
      this.#watched.delete(directory);
    }
    for (const [directory, names] of wanted) {
      const known = this.#watched.get(directory);
      if (known === undefined) this.#watched.set(directory, { watcher: this.#watch(directory), names });
      else known.names = names;
    }
  }

  close(): void {
    for (const { watcher } of this.#watched.values()) watcher?.close();
    this.#watched.clear();
  }

  #watch(directory: string): FSWatcher | null {
    try {
      const watcher = watch(directory, { persistent: false }, (_, name) => {
        // What happens to the directory itself comes under its own name: when it is made again it is another one.
        if (name === basename(directory)) forget();
        else if (name === null || this.#watched.get(directory)?.names.has(name) === true) this.#onChange();
      });
      const forget = (): void => {
        watcher.close();
        this.#watched.delete(directory);
        this.#onChange();
      };
      watcher.on('error', forget);
      return watcher;
    } catch {
      return null;
    }
  }
}

/** The directory of a path, or where that is absent the one above it that is there. */
function nearestDirectory(path: string): string {
  const directory = dirname(path);
  return directory === '/' || existsSync(directory) ? directory : nearestDirectory(directory);
}
