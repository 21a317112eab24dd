import { basename } from 'node:path';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import { restartText } from '../../verdict/text/event.js';
import { listenerText } from '../../verdict/text/format.js';
import type { Closed, Opened, Restarted } from './change.js';

/** A program that opens the same address later than this was started again, not restarted. */
const MAX_DOWN_MS = 120_000;
/** Where much closes and is not opened again, the latest are remembered. */
const MAX_CLOSED = 2_000;

interface ClosedSocket {
  readonly socket: OwnedListener;
  readonly at: number;
}

/** Recognizes a close and an open of the same program on the same address as a restart. */
export class RestartTracker {
  /** By program and address, in the order in which they closed. */
  readonly #closed = new Map<string, ClosedSocket>();

  /** The restart that this change completes, if any. Changes are given in order. */
  add(change: Opened | Closed): Restarted | null {
    const key = keyOf(change.socket);
    const at = Date.parse(change.at);
    if (key === null) return null;
    const closed = this.#closed.get(key);
    this.#closed.delete(key);
    if (change.event === 'closed') {
      this.#closed.set(key, { socket: change.socket, at });
      const [oldest] = this.#closed.keys();
      if (this.#closed.size > MAX_CLOSED && oldest !== undefined) this.#closed.delete(oldest);
      return null;
    }
    return closed === undefined || closed.at < at - MAX_DOWN_MS ? null : restarted(closed, change, at);
  }
}

function restarted(closed: ClosedSocket, { socket, at }: Opened, time: number): Restarted | null {
  const [before, after] = [processOf(closed.socket), processOf(socket)];
  // A process that closes and opens again has not been restarted.
  if (before === null || after === null || before.pid === after.pid) return null;
  const downMs = Math.max(0, Math.round((time - closed.at) * 10) / 10);
  const place = listenerText(socket);
  return {
    event: 'restarted',
    at,
    place,
    protocol: socket.protocol,
    downMs,
    before: closed.socket,
    after: socket,
    message: restartText(after, place, downMs),
  };
}

function processOf({ owners }: OwnedListener): ProcessOwner | null {
  return owners.find((owner) => owner.kind === 'process') ?? null;
}

/** Program and address; null without a process. */
function keyOf(socket: OwnedListener): string | null {
  const owner = processOf(socket);
  if (owner === null) return null;
  const program = owner.unit ?? basename(owner.exe ?? owner.comm ?? '');
  return JSON.stringify([socket.protocol, socket.address, socket.port, socket.path, socket.abstract, program]);
}
