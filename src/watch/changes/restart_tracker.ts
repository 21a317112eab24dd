import { basename } from 'node:path';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Closed, Opened, Restarted } from '../../snapshot/document/change.js';
import { restartText } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';

/** A service that opens its port later than this was started again, not restarted. */
const MAX_DOWN_MS = 120_000;
/** Outside a service, the same interpreter may run another program by then. */
const MAX_DOWN_WITHOUT_SERVICE_MS = 10_000;
/** Where much closes and is not opened again, the latest are remembered. */
const MAX_CLOSED = 2_000;

interface ClosedSocket {
  readonly socket: OwnedListener;
  readonly at: number;
  readonly portKey: string;
}

/** Recognizes a close and an open of the same program on the same port or path as a restart. */
export class RestartTracker {
  /** By program, port and address, in the order in which they closed. */
  readonly #closed = new Map<string, ClosedSocket>();
  /** The address of the last one, by program and port: a program can come back on another address. */
  readonly #last = new Map<string, string>();

  /** The restart that this change completes, if any. Changes are given in order. */
  add({ event, socket, at: time }: Opened | Closed): Restarted | null {
    const program = programOf(socket);
    if (program === null) return null;
    const at = Date.parse(time);
    const portKey = JSON.stringify([socket.protocol, socket.port, socket.path, socket.abstract, program.name]);
    const key = `${portKey} ${socket.address}`;
    if (event === 'closed') {
      this.#forget(key);
      this.#closed.set(key, { socket, at, portKey });
      this.#last.set(portKey, key);
      const [oldest] = this.#closed.keys();
      if (this.#closed.size > MAX_CLOSED && oldest !== undefined) this.#forget(oldest);
      return null;
    }
    const found = this.#closed.has(key) ? key : (this.#last.get(portKey) ?? '');
    const closed = this.#closed.get(found);
    this.#forget(found);
    const maxDownMs = program.isService ? MAX_DOWN_MS : MAX_DOWN_WITHOUT_SERVICE_MS;
    return closed === undefined || closed.at < at - maxDownMs ? null : restarted(closed, socket, time, at);
  }

  #forget(key: string): void {
    const portKey = this.#closed.get(key)?.portKey ?? '';
    this.#closed.delete(key);
    if (this.#last.get(portKey) === key) this.#last.delete(portKey);
  }
}

function restarted(closed: ClosedSocket, socket: OwnedListener, at: string, time: number): Restarted | null {
  const [before, after] = [processOf(closed.socket), processOf(socket)];
  // A process that closes and opens again has not been restarted.
  if (before === null || after === null || before.pid === after.pid) return null;
  const downMs = Math.max(0, Math.round((time - closed.at) * 10) / 10);
  const [place, from] = [listenerText(socket), listenerText(closed.socket)];
  return {
    event: 'restarted',
    at,
    place,
    protocol: socket.protocol,
    downMs,
    before: closed.socket,
    after: socket,
    message: restartText(after, place, downMs, from),
  };
}

function processOf({ owners }: OwnedListener): ProcessOwner | null {
  return owners.find((owner) => owner.kind === 'process') ?? null;
}

/** Units that hold whatever a user starts. */
const SHARED_UNIT = /^user@|\.scope$/;

/** The pod or unit of a process that is a service; null: something else, as what a user starts. */
export function serviceOf({ unit, pod }: ProcessOwner): string | null {
  return pod ?? (unit === null || SHARED_UNIT.test(unit) ? null : unit);
}

/** What identifies a program; null without a process. */
function programOf(socket: OwnedListener): { readonly name: string; readonly isService: boolean } | null {
  const owner = processOf(socket);
  if (owner === null) return null;
  const { comm, exe, argv0, cgroup } = owner;
  const service = serviceOf(owner);
  const isService = service !== null;
  const name = isService ? [service, basename(exe ?? comm ?? '')] : [exe ?? comm, argv0, cgroup];
  return { name: JSON.stringify(name), isService };
}
