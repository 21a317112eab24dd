import type { CoverageFault } from '../../base/coverage_codes.js';
import { printable } from '../../base/text.js';
import type { Owner, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import { faultText } from './coverage.js';
import { ownerText, programName } from './format.js';

/** Owner of an address that a bind or listen failed to get. */
export interface AddressOwner {
  /**
   * `bound`: does not listen; `client`: the local end of a connection; `time-wait`: what is left of a closed one; `file`: a socket file that no process of the network namespace
   * has; `other-file`: a file that is no socket.
   */
  readonly kind: 'listener' | 'bound' | 'kernel' | 'client' | 'time-wait' | 'file' | 'other-file';
  /** Its endpoint: `0.0.0.0:10250`. */
  readonly place: string;
  readonly owners: readonly Owner[];
  /** Of `time-wait` only: for how long; null: unknown. */
  readonly remainingMs?: number | null;
}

/** What is known of a bind or listen that failed. */
export interface BindFailure {
  readonly call: 'bind' | 'listen';
  /** `EADDRINUSE`, `EACCES`, … */
  readonly code: string;
  readonly protocol: Protocol;
  /** The requested endpoint: `127.0.0.1:10250`, or a path. */
  readonly place: string;
  readonly process: ProcessOwner;
  /** Present owners of the address; empty if it failed for another reason, or they are gone. */
  readonly holders: readonly AddressOwner[];
  /** Why the owners of the address are not known; null: they are, or did not matter. */
  readonly holdersUnknown: CoverageFault | null;
}

/** A failed bind or listen, with the owners of the address. Pure. */
export function bindFailureText(failure: BindFailure): string {
  const { call, code, protocol, place, process, holders, holdersUnknown: unknown } = failure;
  const failed = `${ownerText(process)} could not ${call} ${printable(place)}/${protocol}: ${code}`;
  const why = unknown === null ? [] : [`who has the address is not known: ${faultText(unknown)}`];
  // Connections from one address look alike.
  return [failed, ...new Set(holders.map(addressOwnerText)), ...why].join('; ');
}

/** What has an address, and how. Pure. */
export function addressOwnerText({ kind, place: endpoint, owners, remainingMs }: AddressOwner): string {
  const who = owners.length === 0 ? 'an unknown process' : owners.map(ownerText).join(', ');
  const place = printable(endpoint);
  switch (kind) {
    case 'listener':
      return `${who} is listening on ${place}`;
    case 'kernel':
      return `${who} owns ${place}`;
    case 'bound':
      return `${who} is bound to ${place} without listening`;
    case 'client':
      return `${who} has a connection from ${place}`;
    case 'time-wait': {
      const rest =
        remainingMs === undefined || remainingMs === null ? '' : `, for ${Math.ceil(remainingMs / 1000)} s more`;
      return `a connection from ${place} that was closed keeps the address in TIME_WAIT${rest}`;
    }
    case 'file':
      return `the socket file ${place} exists, and no process of this network namespace has it`;
    case 'other-file':
      return `the file ${place} exists, and is no socket`;
  }
}

/** A program that came back, mostly on the same address. Pure. */
export function restartText(after: ProcessOwner, place: string, downMs: number, from: string = place): string {
  const seconds = (downMs / 1000).toFixed(downMs < 1000 ? 3 : 1);
  const restarted = `${printable(programName(after))} restarted`;
  if (from === place) return `${restarted}; ${printable(place)} was closed for ${seconds} s`;
  return `${restarted} and moved from ${printable(from)} to ${printable(place)}, after ${seconds} s`;
}

/** What is missed where the tables are only polled. Pure. */
export function missesText(intervalMs: number, refusal: CoverageFault): string {
  return `listeners that open and close within ${intervalMs} ms, and failed binds (${faultText(refusal)})`;
}
