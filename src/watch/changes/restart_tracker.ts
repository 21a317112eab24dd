import { basename } from 'node:path';
import { printable } from '../../base/text.js';
import type { OwnedListener, ProcessOwner } from '../../kernel/owners/owner.js';
import { listenerText, programName } from '../../verdict/text/format.js';
import type { Closed, Opened, Restarted } from './change.js';

/** A program that comes back later than this was started again by somebody, not restarted. */
const LONGEST_MS = 120_000;
/** Of a node on which much opens and closes, the latest that closed are remembered. */
const MOST_GONE = 2_000;

interface Gone {
  readonly socket: OwnedListener;
  readonly at: number;
}

/** Puts a closing and an opening of the same program on the same address together. */
export class RestartTracker {
  /** In the order in which they closed. */
  readonly #gone = new Map<string, Gone>();

  /** Looks at a change as it is told; gives the restart that it completes, if any. */
  see(change: Opened | Closed): Restarted | null {
    const place = placeOf(change.socket);
    const at = Date.parse(change.at);
    if (place === null) return null;
    const gone = this.#gone.get(place);
    this.#gone.delete(place);
    if (change.event === 'closed') {
      this.#gone.set(place, { socket: change.socket, at });
      const [oldest] = this.#gone.keys();
      if (this.#gone.size > MOST_GONE && oldest !== undefined) this.#gone.delete(oldest);
      return null;
    }
    return gone === undefined || gone.at < at - LONGEST_MS ? null : restarted(gone, change, at);
  }
}

function restarted(gone: Gone, { socket, at }: Opened, time: number): Restarted | null {
  const [before, after] = [processOf(gone.socket), processOf(socket)];
  // The same process that closes and opens again has not been restarted.
  if (before === null || after === null || before.pid === after.pid) return null;
  const downMs = Math.max(0, Math.round((time - gone.at) * 10) / 10);
  const seconds = (downMs / 1000).toFixed(downMs < 1000 ? 3 : 1);
  const place = listenerText(socket);
  const message = `${printable(programName(after))} restarted, ${place} closed for ${seconds} s`;
  return {
    event: 'restarted',
    at,
    place,
    protocol: socket.protocol,
    downMs,
    before: gone.socket,
    after: socket,
    message,
  };
}

function processOf({ owners }: OwnedListener): ProcessOwner | null {
  return owners.find((owner) => owner.kind === 'process') ?? null;
}

/** Same program on the same address; null where there is nobody to compare. */
function placeOf(socket: OwnedListener): string | null {
  const owner = processOf(socket);
  if (owner === null) return null;
  const program = owner.unit ?? basename(owner.exe ?? owner.comm ?? '');
  return JSON.stringify([socket.protocol, socket.address, socket.port, socket.path, socket.abstract, program]);
}
