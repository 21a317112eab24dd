import type { OwnedListener, Owner } from '../kernel/owners/owner.js';
import { isLoopback, isWildcard } from '../kernel/sockets/address.js';
import type { Expected, Severity } from '../verdict/finding.js';
import { listenerText, programName } from '../verdict/text/format.js';
import type { Cell, Socket } from './item.js';
import type { Style } from './line.js';
import { ageText } from './text.js';

/* Short words for what the wide columns and the detail pane say at length. */

const STYLES: Readonly<Record<Severity, Style>> = {
  error: 'error',
  warning: 'warning',
  info: 'info',
  unknown: 'unknown',
  none: 'good',
};

export function severityStyle(severity: Severity): Style {
  return STYLES[severity];
}

/** `812 kubelet`, `device cilium_vxlan`: the number first, since a name is cut where there is no room. */
export function shortOwner(owner: Owner): string {
  return owner.kind === 'kernel' ? `device ${owner.device}` : `${owner.pid} ${programName(owner)}`;
}

/** The first holder with its unit, and how many there are besides; why nobody is named where that is not known. */
export function holderCell(sockets: readonly Socket[], withUnit: boolean): Cell {
  const owners = uniqueOwners(sockets);
  const [first] = owners;
  if (first === undefined) {
    if (sockets.length === 0) return { text: '', style: 'plain' };
    const origin = sockets.map((socket) => socket.origin?.unit ?? null).find((unit) => unit !== null);
    return { text: origin === undefined ? 'unseen' : `unseen, of ${origin}`, style: 'unknown' };
  }
  const more = owners.length > 1 ? ` +${owners.length - 1}` : '';
  const unit = withUnit && first.kind === 'process' && first.unit !== null ? ` ${first.unit}` : '';
  return { text: `${shortOwner(first)}${more}${unit}`, style: 'plain' };
}

/** Each holder once, however many of the sockets it has. */
export function uniqueOwners(sockets: readonly OwnedListener[]): Owner[] {
  const owners = sockets.flatMap((socket) => socket.owners);
  return [...new Map(owners.map((owner) => [ownerKey(owner), owner])).values()];
}

export function ownerKey(owner: Owner): string {
  return owner.kind === 'kernel' ? `device ${owner.device}` : `pid ${owner.pid}`;
}

/** The fullest accept queue of several, as `current/limit`. */
export function queueCell(sockets: readonly Socket[]): Cell {
  const backlog = fullestQueue(sockets);
  if (backlog === null) return { text: '', style: 'plain' };
  const { current, max } = backlog;
  // The kernel drops what comes once the queue is longer than its limit (sk_acceptq_is_full(), include/net/sock.h).
  const style: Style = current > max ? 'error' : current > 0 && current * 2 >= max ? 'warning' : 'plain';
  return { text: `${current}/${max}`, style };
}

export function fullestQueue(sockets: readonly Socket[]): { readonly current: number; readonly max: number } | null {
  const queues = sockets.flatMap(({ backlog }) => (backlog === null ? [] : [backlog]));
  return queues.length === 0 ? null : queues.reduce((worst, one) => (share(one) > share(worst) ? one : worst));
}

function share({ current, max }: { readonly current: number; readonly max: number }): number {
  return current / Math.max(1, max);
}

/** When the youngest of the holders started: a service is up since then; null where nobody knows. */
export function startOf(sockets: readonly Socket[]): number | null {
  const times = uniqueOwners(sockets).flatMap((owner) =>
    owner.kind === 'process' && owner.startedAt !== null ? [Date.parse(owner.startedAt)] : [],
  );
  return times.length === 0 ? null : Math.max(...times);
}

export function uptimeCell(sockets: readonly Socket[], now: number): Cell {
  const start = startOf(sockets);
  return { text: start === null ? '' : ageText(now - start), style: 'plain' };
}

/** The row as the page has it, without the protocol that most have: `localhost:10248`, `*:8472/udp`, a path. */
export function placeText(expected: Expected): string {
  if (expected.path !== null) return expected.path;
  const protocol = expected.protocol === 'tcp' ? '' : `/${expected.protocol}`;
  return `${expected.host ?? ''}:${expected.port ?? ''}${protocol}`;
}

/** Where they listen: the first, and how many more there are. */
export function listenersCell(sockets: readonly Socket[]): Cell {
  const texts = [...new Set(sockets.map(listenerText))];
  const [first] = texts;
  if (first === undefined) return { text: '-', style: 'dim' };
  return { text: texts.length > 1 ? `${first} +${texts.length - 1}` : first, style: 'plain' };
}

/** Reach of an address in a word: what a person looks for first. */
export function reachText({ address, device }: Socket): string {
  if (address === null) return 'local';
  if (isLoopback(address) || device === 'lo') return 'loopback';
  return isWildcard(address) && device === null ? 'everywhere' : 'one address';
}

/** Everything of a socket and its holders that somebody may type into a filter, in lower case. */
export function socketHaystack(socket: Socket): string {
  const { protocol, port, netns, origin, explainedBy } = socket;
  // Put together bit by bit: of ten thousand sockets it is asked for at the first letter that is typed.
  let text = `${protocol} ${listenerText(socket)}${word(port)} ${netns}${word(origin?.unit)}${word(explainedBy.text)}`;
  for (const owner of socket.owners) {
    text +=
      owner.kind === 'kernel'
        ? ` ${owner.device} ${owner.deviceKind}`
        : `${word(owner.comm)}${word(owner.exe)}${word(owner.argv0)}${word(owner.unit)}${word(owner.pod)}${word(owner.container)} pid ${owner.pid}`;
  }
  return text.toLowerCase();
}

function word(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '' : ` ${value}`;
}
