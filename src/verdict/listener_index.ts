import { addTo } from '../base/multimap.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { oneOfEachOwner } from './owner_match.js';

/** Listeners, indexed once for all rows. */
export class ListenerIndex {
  readonly #onPort = new Map<number, OwnedListener[]>();
  readonly #named = new Map<string, OwnedListener[]>();
  readonly #boundTo = new Map<number, OwnedListener[]>();
  /** Unix sockets that accept connections. */
  readonly accepting: readonly OwnedListener[];
  #ofEachOwner: readonly OwnedListener[] | null = null;

  constructor(readonly listeners: readonly OwnedListener[]) {
    for (const listener of listeners) {
      if (listener.port !== null) addTo(this.#onPort, listener.port, listener);
    }
    this.accepting = listeners.filter(({ protocol, state }) => protocol === 'unix' && state === 'LISTEN');
    for (const listener of this.accepting) {
      if (listener.path !== null) addTo(this.#named, listener.path, listener);
      if (listener.file !== null) addTo(this.#boundTo, listener.file.inode, listener);
    }
  }

  /** One per distinct owner. Most rows do not ask. */
  get ofEachOwner(): readonly OwnedListener[] {
    this.#ofEachOwner ??= oneOfEachOwner(this.listeners);
    return this.#ofEachOwner;
  }

  onPort(protocol: Protocol, port: number): readonly OwnedListener[] {
    return (this.#onPort.get(port) ?? []).filter((one) => one.protocol === protocol);
  }

  /** Unix sockets that accept connections, with this name or bound to a file with this inode number (its lower 32 bits). */
  atPath(path: string, inode: number | null): readonly OwnedListener[] {
    const bound = inode === null ? [] : (this.#boundTo.get(inode % 2 ** 32) ?? []);
    return [...new Set([...bound, ...(this.#named.get(path) ?? [])])];
  }
}
