import type { CoverageFault } from '../../base/coverage_codes.js';
import { printable } from '../../base/text.js';
import type { Owner, OwnersUnknown, ProcessOwner } from '../../kernel/owners/owner.js';
import type { Protocol } from '../../kernel/sockets/listener.js';
import { faultText } from './coverage.js';
import { listed, ownersUnknownText, ownerText, programName } from './format.js';

/** What has an address. */
export interface AddressOwner {
  /**
   * `bound`: does not listen; `client`: the local end of a connection; `time-wait`: what is left of a closed one; `file`: a socket file
   * that no process of the network namespace has; `other-file`: a file that is no socket.
   */
  readonly kind: 'listener' | 'bound' | 'kernel' | 'client' | 'time-wait' | 'file' | 'other-file';
  /** Its endpoint: `0.0.0.0:10250`. */
  readonly place: string;
  readonly owners: readonly Owner[];
  /** Why `owners` is empty where it should not be. */
  readonly ownersUnknown: OwnersUnknown | null;
  /** Id of the socket; null: a file, or the table has none. */
  readonly socket: string | null;
  /** User of the socket; null: a file or a closed connection, or the kernel did not say. */
  readonly uid: number | null;
  /** Of connections of TCP: `ESTABLISHED`, `FIN_WAIT2`, …; else null. */
  readonly state: string | null;
  /** Of `time-wait`: for how many milliseconds more it stays; else null. */
  readonly remainingMs: number | null;
}

/** What has an address in one network namespace. */
export interface Holder extends AddressOwner {
  readonly netns: string;
  /** Name of the user `uid`, as in /etc/passwd of the node; null: it has none, or a pod has its own. */
  readonly user: string | null;
  /** ISO 8601. Since when its first process runs, or when its file was last changed; null: unknown. A socket itself has no time. */
  readonly since: string | null;
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
  /** Present owners of the address; empty if it failed for another reason, or for the one in `holdersUnknown`. */
  readonly holders: readonly AddressOwner[];
  /** How many more there are. */
  readonly holdersOmitted: number;
  /** Why the owners of the address are not known, or not for certain; null: they are, or did not matter. */
  readonly holdersUnknown: CoverageFault | null;
}

/** A failed bind or listen, with the owners of the address. Pure. */
export function bindFailureText(failure: BindFailure): string {
  const { call, code, protocol, place, process, holders, holdersOmitted: omitted, holdersUnknown: unknown } = failure;
  const failed = `${ownerText(process)} could not ${call} ${printable(place)}/${protocol}: ${code}`;
  const more = omitted === 0 ? [] : [`and ${omitted} more`];
  const certain = holders.length === 0 ? 'known' : 'certain';
  const why = unknown === null ? [] : [`who has the address is not ${certain}: ${faultText(unknown)}`];
  // Connections from one address look alike.
  return [failed, ...new Set(holders.map(addressOwnerText)), ...more, ...why].join('; ');
}

/** What has an address, and how. Pure. */
export function addressOwnerText(holder: AddressOwner): string {
  const { kind, place: endpoint, owners, ownersUnknown, state, remainingMs } = holder;
  const why = ownersUnknown === null ? '' : ` (${ownersUnknownText(ownersUnknown)})`;
  const who = owners.length === 0 ? `an unknown process${why}` : listed(owners.map(ownerText), ', ');
  const place = printable(endpoint);
  switch (kind) {
    case 'listener':
      return `${who} is listening on ${place}`;
    case 'kernel':
      return `${who} owns ${place}`;
    case 'bound':
      return `${who} is bound to ${place} without listening`;
    case 'client': {
      const connection = `a connection from ${place}${state === null ? '' : ` (${state})`}`;
      if (!isOrphan(holder)) return `${who} has ${connection}`;
      return ENDING.has(state)
        ? `${connection} was closed, and the kernel still ends it`
        : `${connection} is not accepted yet`;
    }
    case 'time-wait': {
      const rest = remainingMs === null ? '' : `, for ${Math.ceil(remainingMs / 1000)} s more`;
      return `a connection from ${place} that was closed keeps the address (${state})${rest}`;
    }
    case 'file':
      return `the socket file ${place} exists, and no process of this network namespace has it`;
    case 'other-file':
      return `the file ${place} exists, and is no socket`;
  }
}

/** States that a connection without a process has because its process closed it; in others it is not accepted yet. */
const ENDING: ReadonlySet<string | null> = new Set(['FIN_WAIT1', 'FIN_WAIT2', 'CLOSING', 'LAST_ACK']);

/** No process has it. */
function isOrphan({ owners, ownersUnknown }: AddressOwner): boolean {
  return owners.length === 0 && ownersUnknown === null;
}

/** The same with its user and since when; `home`: the network namespace that goes without saying. Pure. */
export function holderText(holder: Holder, home: string): string {
  const { kind, uid, user, since, netns } = holder;
  const isFile = kind === 'file' || kind === 'other-file';
  const facts = [
    // A socket of the kernel has the user who made the device.
    uid === null || kind === 'kernel' ? null : `user ${user ?? uid}`,
    since === null ? null : `${isFile ? 'changed' : 'running since'} ${since}`,
    netns === home ? null : `network namespace ${netns}`,
  ].filter((fact) => fact !== null);
  return [addressOwnerText(holder), ...facts].join(', ');
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
