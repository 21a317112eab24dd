import { isInRange } from '../base/port_range.js';
import type { OwnedListener, Owner, ProcessOwner } from '../kernel/owners/owner.js';
import { unmapped } from '../kernel/sockets/address.js';
import type { ListenerNote, Notes } from '../spec/notes.js';
import type { NodeFacts } from './capture.js';
import { type CodedFinding, FINDING_CODES } from './codes.js';
import { type FindingFacts, isName, SEVERITY } from './finding.js';
import { matchesName } from './glob.js';
import { keyOf } from './key.js';
import { isHandedOver, matchOwner, type OwnerMatch, onceEachProcess } from './owner_match.js';
import { type Scope, scopeOf } from './scope.js';

/** What explains a listener that no row does. */
export type Explanation =
  | { readonly kind: 'note'; readonly note: ListenerNote }
  /** A note would, if the owner were known. */
  | { readonly kind: 'note-if-owner'; readonly note: ListenerNote }
  /** A note would, if the owner were what its name says. */
  | { readonly kind: 'note-by-name'; readonly note: ListenerNote }
  /** A UDP client, which looks like a server: the kernel bound it to a port of the ephemeral range. */
  | { readonly kind: 'ephemeral' }
  /** It may be a UDP client: the ephemeral range is unknown. */
  | { readonly kind: 'ephemeral-if-in-range' }
  /** It has the place of a row, on a node that is not bootstrapped yet. */
  | { readonly kind: 'in-the-way'; readonly service: string }
  | { readonly kind: 'nothing' };

/**
 * Explains a TCP or UDP listener by notes, or as a client. A name alone explains nothing, unless it is root's socket and no note says
 * where the service runs, or the capture is from a text (`isText`).
 */
export function explain(listener: OwnedListener, notes: Notes, node: NodeFacts, isText: boolean): Explanation {
  const fitting = notes.listeners.filter((note) => fits(note, listener, node));
  if (fitting.length === 0) return unnoted(listener, node);
  const owned = (decides: (match: OwnerMatch) => boolean): ListenerNote | undefined =>
    fitting.find((note) => listener.owners.every((owner) => isOneOf(listener, owner, note, notes, isText, decides)));
  const isSure = (match: OwnerMatch): boolean =>
    match.kind === 'match' && (!isName(match.by) || isText || listener.uid === 0);
  const allowed = listener.owners.length > 0 ? owned(isSure) : undefined;
  if (allowed !== undefined) return { kind: 'note', note: allowed };
  const otherwise = unnoted(listener, node);
  if (otherwise.kind === 'ephemeral') return otherwise;
  const possible = owned((match) => isSure(match) || match.kind === 'unknown');
  if (possible !== undefined) return { kind: 'note-if-owner', note: possible };
  if (otherwise.kind === 'ephemeral-if-in-range') return otherwise;
  const named = owned(({ kind }) => kind !== 'foreign');
  return named === undefined ? otherwise : { kind: 'note-by-name', note: named };
}

/** What explains a listener that no note does. */
function unnoted(listener: OwnedListener, node: NodeFacts): Explanation {
  if (isEphemeral(listener, node)) return { kind: 'ephemeral' };
  const mayBe = node.ephemeralPorts === null && isEphemeral(listener, { ephemeralPorts: EVER_EPHEMERAL });
  return { kind: mayBe ? 'ephemeral-if-in-range' : 'nothing' };
}

/** For each listener the notes that may explain it, by its first owner; of most processes there are none. */
export type NotesOf = (listener: OwnedListener, isText: boolean) => Notes;

export function notesByOwner(notes: Notes): NotesOf {
  const notesOf = (isText: boolean): ((owner: ProcessOwner) => Notes) =>
    onceEachProcess((owner) => {
      const isForeign = (name: string): boolean => matchOwner(owner, name, notes, isText).kind === 'foreign';
      return { ...notes, listeners: notes.listeners.filter(({ owners }) => !owners.every(isForeign)) };
    });
  const [inText, elsewhere] = [notesOf(true), notesOf(false)];
  return ({ owners: [owner] }, isText) => {
    if (owner === undefined || owner.kind === 'kernel') return notes;
    return isText ? inText(owner) : elsewhere(owner);
  };
}

function fits(note: ListenerNote, listener: OwnedListener, node: NodeFacts): boolean {
  const { protocol, port, address } = listener;
  if (protocol === 'unix' || port === null || address === null || !note.protocols.includes(protocol)) return false;
  if (note.ports.length > 0 && !note.ports.some((range) => isInRange(port, range))) return false;
  if (note.addresses.length > 0 && !note.addresses.includes(unmapped(address))) return false;
  return note.scope === 'any' || scopeOf(listener, node) === 'loopback';
}

function isOneOf(
  listener: OwnedListener,
  owner: Owner,
  note: ListenerNote,
  notes: Notes,
  isText: boolean,
  decides: (match: OwnerMatch) => boolean,
): boolean {
  if (owner.kind === 'kernel') return note.devices.some((pattern) => matchesName(owner.device, pattern));
  return note.owners.some((name) => {
    const match = matchOwner(owner, name, notes, isText);
    return decides(match.kind === 'match' && isHandedOver(listener, owner) ? { kind: 'unknown' } : match);
  });
}

/** The kernel refuses a range from below ip_unprivileged_port_start (ipv4_local_port_range(), net/ipv4/sysctl_net_ipv4.c). */
const EVER_EPHEMERAL = { from: 1024, to: 65535 };

function isEphemeral(listener: OwnedListener, { ephemeralPorts }: Pick<NodeFacts, 'ephemeralPorts'>): boolean {
  const { protocol, port, owners } = listener;
  return protocol === 'udp' && isInRange(port, ephemeralPorts) && owners.every(({ kind }) => kind === 'process');
}

/**
 * Findings for listeners that no row and no note explains. Sockets that belong together (one program on one port, over
 * several addresses or SO_REUSEPORT members) make one finding.
 */
export function unexpectedFindings(
  listeners: readonly (readonly [listener: OwnedListener, explanation: Explanation])[],
  node: NodeFacts,
): FindingFacts[] {
  const groups = new Map<
    string,
    { readonly sockets: string[]; readonly coded: CodedFinding; readonly isWarning: boolean }
  >();
  for (const [listener, explanation] of listeners) {
    const scope = scopeOf(listener, node);
    const coded = codedFinding(explanation, scope);
    if (coded === null) continue;
    const reason = 'note' in explanation ? explanation.note.reason : explanation.kind;
    const key = keyOf([
      listener.protocol,
      `${listener.port}`,
      scope === 'loopback' ? scope : coded.code,
      reason,
      ...ownersKey(listener),
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { sockets: [listener.id], coded, isWarning: isWarning(coded, scope) });
    else group.sockets.push(listener.id);
  }
  return [...groups.values()].map(({ sockets, coded, isWarning }): FindingFacts => {
    const { verdict } = FINDING_CODES[coded.code];
    const severity = verdict === 'unexpected' ? (isWarning ? 'warning' : 'info') : SEVERITY[verdict];
    // Object.assign, and not spread: V8 clones objects of many shapes slowly, and these are the most frequent findings.
    return Object.assign(
      { expected: null, sockets, matchedBy: null, causedBy: null, configuration: null, verdict, severity },
      coded,
    );
  });
}

function isWarning({ code }: CodedFinding, scope: Scope): boolean {
  return code === 'in-the-way' || (scope !== 'loopback' && scope !== 'link');
}

/** What an explanation leaves to report; null: nothing. */
function codedFinding(explanation: Explanation, scope: Scope): CodedFinding | null {
  switch (explanation.kind) {
    case 'note':
    case 'ephemeral':
      return null;
    case 'note-if-owner': {
      const { owners, devices, reason } = explanation.note;
      return { code: 'noted-if-owner-seen', params: { owners, devices, purpose: reason } };
    }
    case 'note-by-name': {
      const { owners, reason } = explanation.note;
      return { code: 'noted-by-name-only', params: { owners, purpose: reason } };
    }
    case 'ephemeral-if-in-range':
      return { code: 'ephemeral-range-unknown', params: {} };
    case 'in-the-way':
      return { code: 'in-the-way', params: { service: explanation.service } };
    case 'nothing':
      return { code: scope === 'link' ? 'not-in-spec-link-local' : 'not-in-spec', params: {} };
  }
}

/** Owners as programs, not as processes: workers of one server belong together. */
function ownersKey({ owners, ownersUnknown }: OwnedListener): readonly (string | null)[] {
  const programs = owners.map(programKey);
  return [ownersUnknown, ...(programs.length < 2 ? programs : [...new Set(programs)].sort())];
}

/** Names are free to choose: a device may have the name of a program. */
function programKey(owner: Owner): string | null {
  if (owner.kind === 'kernel') return `device ${owner.device}`;
  if (owner.exe !== null) return `exe ${owner.exe}`;
  if (owner.comm !== null) return `comm ${owner.comm}`;
  return owner.argv0 === null ? null : `argv0 ${owner.argv0}`;
}
