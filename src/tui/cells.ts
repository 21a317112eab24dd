import type { OwnedListener, Owner } from '../kernel/owners/owner.js';
import { isLoopback, isWildcard } from '../kernel/sockets/address.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { Claim } from '../verdict/claim.js';
import type { Expected, Severity } from '../verdict/finding.js';
import { listenerText, programName } from '../verdict/text/format.js';
import type { Cell, Socket } from './item.js';
import type { Style } from './line.js';
import { ageText } from './text.js';

/* Short texts for the columns of a list; the details say the same at length. */

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  unknown: 'unknown',
  none: 'good',
};

export const EMPTY_CELL: Cell = { text: '', style: 'plain' };
/** There is nothing to show. */
export const NONE_CELL: Cell = { text: '-', style: 'dim' };

/** `812 kubelet`, `device cilium_vxlan`; a name that proves nothing: `812 "kubelet"`. The PID comes first, since a column cuts the end. */
export function shortOwner(owner: Owner, isStranger = false): string {
  if (owner.kind === 'kernel') return `device ${owner.device}`;
  const name = programName(owner);
  return `${owner.pid} ${isStranger ? `"${name}"` : name}`;
}

/** `812 kubelet snap.k8s.kubelet.service`. */
export function ownerWithUnit(owner: Owner): string {
  return owner.kind === 'process' && owner.unit !== null ? `${shortOwner(owner)} ${owner.unit}` : shortOwner(owner);
}

/** The first owner, and how many more there are. */
export function ownerCell(sockets: readonly Socket[], withUnit: boolean, isStranger = false): Cell {
  const owners = uniqueOwners(sockets);
  const [first] = owners;
  if (first === undefined) {
    if (sockets.length === 0) return NONE_CELL;
    const creator = sockets.map(({ origin }) => origin?.unit ?? null).find((unit) => unit !== null);
    return { text: creator === undefined ? 'unknown' : `unknown, of ${creator}`, style: 'unknown' };
  }
  const more = owners.length > 1 ? ` +${owners.length - 1}` : '';
  const brief = `${shortOwner(first, isStranger)}${more}`;
  const unit = withUnit && first.kind === 'process' && first.unit !== null ? ` ${first.unit}` : '';
  return { text: `${brief}${unit}`, brief, style: 'plain' };
}

/** Of a row without listeners: `was 812 kubelet`. */
export function lastOwnerCell(last: OwnedListener | null): Cell {
  const [owner] = last?.owners ?? [];
  return owner === undefined ? NONE_CELL : { text: `was ${shortOwner(owner)}`, style: 'dim' };
}

export function uniqueOwners(sockets: readonly OwnedListener[]): Owner[] {
  const owners = new Map<string, Owner>();
  for (const socket of sockets) for (const owner of socket.owners) owners.set(ownerKey(owner), owner);
  return [...owners.values()];
}

export function ownerKey(owner: Owner): string {
  return owner.kind === 'kernel' ? `device ${owner.device}` : `pid ${owner.pid}`;
}

type Backlog = NonNullable<Socket['backlog']>;

/** The fullest accept queue, as `current/limit`. */
export function queueCell(sockets: readonly Socket[]): Cell {
  const backlog = fullestBacklog(sockets);
  if (backlog === null) return EMPTY_CELL;
  const { current, max } = backlog;
  // The kernel drops connections once the queue is longer than its limit (sk_acceptq_is_full(), include/net/sock.h).
  const style: Style = current > max ? 'error' : current > 0 && current * 2 >= max ? 'warning' : 'plain';
  return { text: `${current}/${max}`, style };
}

/** The fullest queue comes first; listeners without one come last. */
export function queueSortKey(sockets: readonly Socket[]): number {
  const backlog = fullestBacklog(sockets);
  return backlog === null ? 1 : -fillOf(backlog);
}

function fullestBacklog(sockets: readonly Socket[]): Backlog | null {
  let worst: Backlog | null = null;
  for (const { backlog } of sockets) {
    if (backlog !== null && (worst === null || fillOf(backlog) > fillOf(worst))) worst = backlog;
  }
  return worst;
}

function fillOf({ current, max }: Backlog): number {
  return current / Math.max(1, max);
}

/** When the youngest owner started: only since then is the service up. */
function startedAt(sockets: readonly Socket[]): number | null {
  let latest = '';
  for (const { owners } of sockets) {
    for (const owner of owners) {
      // ISO 8601 in UTC, so the order of the texts is that of the times.
      if (owner.kind === 'process' && owner.startedAt !== null && owner.startedAt > latest) latest = owner.startedAt;
    }
  }
  return latest === '' ? null : Date.parse(latest);
}

export function uptimeCell(sockets: readonly Socket[], now: number): Cell {
  const start = startedAt(sockets);
  return start === null ? EMPTY_CELL : { text: ageText(now - start), style: 'plain' };
}

/** The youngest comes first; unknown start times come last. */
export function uptimeSortKey(sockets: readonly Socket[]): number {
  return -(startedAt(sockets) ?? 0);
}

/** `localhost:10248`, `*:8472/udp` or a path. */
export function expectedEndpoint({ path, host, port, protocol }: Expected): string {
  return path ?? withUdp(`${host ?? ''}:${port ?? ''}`, protocol);
}

/** `127.0.0.1:10248`, `0.0.0.0:8472/udp` or a path. */
export function listenerEndpoint(listener: OwnedListener): string {
  return withUdp(listenerText(listener), listener.protocol);
}

/** `127.0.0.1:10248/tcp`, or a path. */
export function placeWithProtocol(listener: OwnedListener): string {
  const place = listenerText(listener);
  return listener.protocol === 'unix' ? place : `${place}/${listener.protocol}`;
}

/** Adds the protocol only to UDP endpoints: nearly all others are TCP, and a path speaks for itself. */
export function withUdp(endpoint: string, protocol: Protocol): string {
  return protocol === 'udp' ? `${endpoint}/udp` : endpoint;
}

/** The first of several texts, and how many more there are; null if there are none. */
export function firstOf(texts: readonly string[], others = 0): string | null {
  const unique = [...new Set(texts)];
  const [first = null] = unique;
  const more = unique.length - 1 + others;
  return first !== null && more > 0 ? `${first} +${more}` : first;
}

export function endpointsCell(sockets: readonly Socket[]): Cell {
  const text = firstOf(sockets.map(listenerText));
  return text === null ? NONE_CELL : { text, style: 'plain' };
}

export function reachText({ address, device }: Socket): string {
  if (address === null) return 'local';
  if (isLoopback(address) || device === 'lo') return 'loopback';
  return isWildcard(address) && device === null ? 'everywhere' : 'one address';
}

/** Of broken claims: some are but warnings. */
export function brokenStyle(broken: readonly Claim[]): Style {
  return broken.some(({ severity }) => severity === 'error') ? 'error' : 'warning';
}

/** What a filter looks for in a listener besides its owners. */
export function socketText(socket: Socket): string {
  const { protocol, netns, origin, explainedBy } = socket;
  return `${listenerText(socket)} ${protocol} ${netns} ${origin?.unit ?? ''} ${explainedBy.text ?? ''}`;
}
