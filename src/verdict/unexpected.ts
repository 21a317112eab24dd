import type { OwnedListener, Owner } from '../kernel/owners/owner.js';
import { unmapped } from '../kernel/sockets/address.js';
import type { ListenerNote, Notes } from '../spec/notes.js';
import type { NodeFacts } from './capture.js';
import type { Finding, Severity } from './finding.js';
import { matchesName } from './glob.js';
import { keyOf } from './key.js';
import { matchOwner } from './owner_match.js';
import { scopeOf } from './scope.js';
import { listenersText, ownersText, unknownOwnerText } from './text/format.js';

/** What explains a listener that no row does. */
export type Explanation =
  | { readonly kind: 'note'; readonly note: ListenerNote }
  /** A note would, if the holder could be seen. */
  | { readonly kind: 'note-if-owner'; readonly note: ListenerNote }
  /** A client's UDP socket, which looks like a server's: bound by the kernel to a port of the ephemeral range. */
  | { readonly kind: 'client' }
  /** It may be one: the range is not known. */
  | { readonly kind: 'client-if-ephemeral' }
  | { readonly kind: 'nothing' };

/** Explains a TCP or UDP listener by notes, or by what it is. */
export function explain(listener: OwnedListener, notes: Notes, node: NodeFacts): Explanation {
  const fitting = notes.listeners.filter((note) => fits(note, listener, node));
  const held = fitting.find(
    (note) => listener.owners.length > 0 && listener.owners.every((owner) => isOneOf(owner, note, notes)),
  );
  if (held !== undefined) return { kind: 'note', note: held };
  if (isClient(listener, node)) return { kind: 'client' };
  const possible = fitting.find((note) => listener.owners.every((owner) => mayBeOneOf(owner, note, notes)));
  if (possible !== undefined) return { kind: 'note-if-owner', note: possible };
  if (node.ephemeralPorts === null && isClient(listener, { ephemeralPorts: EVER_EPHEMERAL })) {
    return { kind: 'client-if-ephemeral' };
  }
  return { kind: 'nothing' };
}

function fits(note: ListenerNote, listener: OwnedListener, node: NodeFacts): boolean {
  const { protocol, port, address } = listener;
  if (protocol === 'unix' || port === null || address === null || !note.protocols.includes(protocol)) return false;
  if (note.ports.length > 0 && !note.ports.some(({ from, to }) => from <= port && port <= to)) return false;
  if (note.addresses.length > 0 && !note.addresses.includes(unmapped(address))) return false;
  return note.scope === 'any' || scopeOf(listener, node) === 'loopback';
}

function isOneOf(owner: Owner, note: ListenerNote, notes: Notes): boolean {
  if (owner.kind === 'kernel') return note.devices.some((pattern) => matchesName(owner.device, pattern));
  return note.owners.some((name) => matchOwner(owner, name, notes).kind === 'match');
}

/** The kernel refuses a range from below ip_unprivileged_port_start (ipv4_local_port_range(), net/ipv4/sysctl_net_ipv4.c). */
const EVER_EPHEMERAL = { from: 1024, to: 65535 };

/** Of a process that ended or did not answer nothing is known, so that it may be anybody. */
function mayBeOneOf(owner: Owner, note: ListenerNote, notes: Notes): boolean {
  return isOneOf(owner, note, notes) || matchOwner(owner, note.owners[0] ?? '', notes).kind === 'unknown';
}

function isClient(listener: OwnedListener, { ephemeralPorts }: Pick<NodeFacts, 'ephemeralPorts'>): boolean {
  const { protocol, port, owners } = listener;
  if (protocol !== 'udp' || port === null || ephemeralPorts === null) return false;
  return ephemeralPorts.from <= port && port <= ephemeralPorts.to && owners.every(({ kind }) => kind === 'process');
}

/**
 * Findings for listeners that neither a row nor a note explains. Sockets that belong together (one program on one port,
 * over several addresses or SO_REUSEPORT members) make one finding.
 */
export function unexpectedFindings(
  listeners: readonly (readonly [listener: OwnedListener, explanation: Explanation])[],
  node: NodeFacts,
): Finding[] {
  const groups = new Map<
    string,
    { readonly listeners: OwnedListener[]; readonly explanation: Explanation; readonly severity: Severity }
  >();
  for (const [listener, explanation] of listeners) {
    if (explanation.kind === 'note' || explanation.kind === 'client') continue;
    const reason = explanation.kind === 'note-if-owner' ? explanation.note.reason : explanation.kind;
    const severity = scopeOf(listener, node) === 'loopback' ? 'info' : 'warning';
    const key = keyOf([listener.protocol, `${listener.port}`, severity, reason, ...holderKey(listener)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { listeners: [listener], explanation, severity });
    else group.listeners.push(listener);
  }
  return [...groups.values()].map(({ listeners: members, explanation, severity }) => {
    switch (explanation.kind) {
      case 'note-if-owner':
        return unverified(members, explanation.note);
      case 'client-if-ephemeral':
        return perhapsClient(members);
      default:
        return unexpected(members, severity);
    }
  });
}

/** Holders as programs, not as processes: workers of one server belong together. */
function holderKey({ owners, ownersUnknown }: OwnedListener): readonly (string | null)[] {
  const programs = owners.map(programKey);
  return [ownersUnknown, ...(programs.length < 2 ? programs : [...new Set(programs)].sort())];
}

/** Names are anybody's choice, so that a device may be called as a program is. */
function programKey(owner: Owner): string | null {
  if (owner.kind === 'kernel') return `device ${owner.device}`;
  if (owner.exe !== null) return `exe ${owner.exe}`;
  return owner.comm === null ? null : `comm ${owner.comm}`;
}

function unexpected(listeners: readonly OwnedListener[], severity: Severity): Finding {
  const reach = severity === 'info' ? 'on loopback' : 'reachable from outside';
  const [first] = listeners;
  return {
    verdict: 'unexpected',
    severity,
    message: `${ownersText(listeners)} listens on ${listenersText(listeners)}/${first?.protocol ?? ''}, ${reach}; neither the page nor a note knows it`,
    expected: null,
    sockets: listeners.map(({ id }) => id),
    matchedBy: null,
    reason: null,
  };
}

function unverified(listeners: readonly OwnedListener[], note: ListenerNote): Finding {
  const [first] = listeners;
  const why = first === undefined ? '' : unknownOwnerText(first);
  return {
    verdict: 'unverified',
    severity: 'unknown',
    message: `somebody listens on ${listenersText(listeners)}/${first?.protocol ?? ''}; ${[...note.owners, ...note.devices].join(' or ')} may (${note.reason}), but ${why}`,
    expected: null,
    sockets: listeners.map(({ id }) => id),
    matchedBy: null,
    reason: why,
  };
}

function perhapsClient(listeners: readonly OwnedListener[]): Finding {
  const reason = 'which ports the kernel gives to clients is not known, and this may be one of them';
  return {
    verdict: 'unverified',
    severity: 'unknown',
    message: `${ownersText(listeners)} is bound to ${listenersText(listeners)}/udp; ${reason}`,
    expected: null,
    sockets: listeners.map(({ id }) => id),
    matchedBy: null,
    reason,
  };
}
