import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { oneOfEachOwner } from './owner_match.js';

/** Listeners, indexed once for all rows. */
export class ListenerIndex {
  readonly #onPort = new Map<string, OwnedListener[]>();
  /** Unix sockets that accept connections. */
  readonly accepting: readonly OwnedListener[];
  /** Listeners without a known owner. */
  readonly unowned: readonly OwnedListener[];
  /** One per distinct owner. */
  readonly ofEachOwner: readonly OwnedListener[];

  constructor(listeners: readonly OwnedListener[]) {
    for (const listener of listeners) {
      const { protocol, port } = listener;
      if (port === null) continue;
      const known = this.#onPort.get(`${protocol} ${port}`);
      if (known === undefined) this.#onPort.set(`${protocol} ${port}`, [listener]);
      else known.push(listener);
    }
    this.accepting = listeners.filter(({ protocol, state }) => protocol === 'unix' && state === 'LISTEN');
    this.unowned = listeners.filter(({ owners }) => owners.length === 0);
    this.ofEachOwner = oneOfEachOwner(listeners);
  }

  onPort(protocol: Protocol, port: number): readonly OwnedListener[] {
    return this.#onPort.get(`${protocol} ${port}`) ?? [];
  }
}
