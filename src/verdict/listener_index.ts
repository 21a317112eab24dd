import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import { oneOfEachOwner } from './owner_match.js';

/** Listeners in the ways that rows ask for them, sorted out once for all rows. */
export class ListenerIndex {
  readonly #onPort = new Map<string, OwnedListener[]>();
  /** Unix sockets that accept connections. */
  readonly accepting: readonly OwnedListener[];
  /** Those of which no holder is known. */
  readonly unowned: readonly OwnedListener[];
  /** One for each kind of owner. */
  readonly ofEachOwner: readonly OwnedListener[];

  constructor(listeners: readonly OwnedListener[]) {
    for (const listener of listeners) {
      const { protocol, port } = listener;
      if (port === null) continue;
      const there = this.#onPort.get(`${protocol} ${port}`);
      if (there === undefined) this.#onPort.set(`${protocol} ${port}`, [listener]);
      else there.push(listener);
    }
    this.accepting = listeners.filter(({ protocol, state }) => protocol === 'unix' && state === 'LISTEN');
    this.unowned = listeners.filter(({ owners }) => owners.length === 0);
    this.ofEachOwner = oneOfEachOwner(listeners);
  }

  onPort(protocol: Protocol, port: number): readonly OwnedListener[] {
    return this.#onPort.get(`${protocol} ${port}`) ?? [];
  }
}
