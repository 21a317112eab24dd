import { existsSync, type FSWatcher, watch } from 'node:fs';
import { basename, dirname, relative } from 'node:path';

/**
 * Calls back when a file may have changed at the path of a unix socket, which is no event of any socket. A directory that cannot be
 * watched is ignored: files are also read again from time to time.
 */
export class SocketFileWatch {
  readonly #onChange: () => void;
  readonly #watched = new Map<string, { readonly watcher: FSWatcher | null; names: Set<string> }>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these paths and no others. Call it again after a change: a directory may have been created or removed. */
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
        // The directory itself was moved or removed; if it is created again it is another one.
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

/** The closest ancestor directory that exists. */
function nearestDirectory(path: string): string {
  const directory = dirname(path);
  return directory === '/' || existsSync(directory) ? directory : nearestDirectory(directory);
}
