import { printable } from '../base/text.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { Role } from '../spec/rows.js';
import type { Expected, Finding } from '../verdict/finding.js';
import { programName } from '../verdict/text/format.js';

/** What a row of a matrix is about: the same thing on every node. */
export interface Subject {
  /** Equal for the same subject on any node. */
  readonly key: string;
  /** Service of the page, or the programs that hold a listener which no row explains. */
  readonly service: string;
  /** `localhost:10248/tcp`, a path, or `:31337/tcp` for a listener. */
  readonly place: string;
  readonly protocol: Protocol;
  /** The page's role for the row; null: every node. */
  readonly role: Role | null;
  /** The row of the page; null for a listener that no row explains. */
  readonly expected: Expected | null;
  /** Whose holder could not be seen; false for rows of the page. */
  readonly isOwnerless: boolean;
}

/** The subjects of rows of one page, in its order; those that are alike in everything are told apart by their order. */
export function pageSubjects(rows: readonly Expected[]): Subject[] {
  const occurrences = new Map<string, number>();
  return rows.map((expected) => {
    const { service, host, port, protocol, path, role } = expected;
    const fields = JSON.stringify([service, host, port, protocol, path, role]);
    const occurrence = occurrences.get(fields) ?? 0;
    occurrences.set(fields, occurrence + 1);
    return {
      key: `${fields}${occurrence}`,
      service: printable(service),
      place: printable(path ?? `${host ?? ''}:${port ?? ''}/${protocol}`),
      protocol,
      role,
      expected,
      isOwnerless: false,
    };
  });
}

/** Ports from which the kernel gives out those that nobody asked for by number. */
export type EphemeralPorts = { readonly from: number; readonly to: number } | null;

/**
 * The subject of a listener that no row explains: its programs and its port. A port that the kernel picked is another one on
 * every node and after every start, so those of one program are one subject.
 */
export function listenerSubject(
  { sockets }: Finding,
  byId: ReadonlyMap<string, OwnedListener>,
  ephemeral: EphemeralPorts,
): Subject {
  const listeners = sockets.flatMap((id) => byId.get(id) ?? []);
  const [first] = listeners;
  const protocol = first?.protocol ?? 'tcp';
  const port = first?.port ?? null;
  const isPicked = port !== null && ephemeral !== null && ephemeral.from <= port && port <= ephemeral.to;
  const isOwnerless = listeners.every(({ owners }) => owners.length === 0);
  const service = printable(holdersOf(listeners));
  const place = `:${isPicked ? 'ephemeral' : (port ?? '?')}/${protocol}`;
  return {
    // Neither part holds a control character.
    key: `${service}\n${place}\n${isOwnerless}`,
    service,
    place,
    protocol,
    role: null,
    expected: null,
    isOwnerless,
  };
}

/** Programs, devices, or the unit in which a socket was made whose holder could not be seen; each once. */
function holdersOf(listeners: readonly OwnedListener[]): string {
  const names = new Set<string>();
  for (const { owners, origin } of listeners) {
    if (owners.length === 0) names.add(origin?.unit == null ? UNSEEN_HOLDER : `somebody in ${origin.unit}`);
    for (const owner of owners)
      names.add(owner.kind === 'kernel' ? `kernel device ${owner.device}` : programName(owner));
  }
  return names.size === 0 ? UNSEEN_HOLDER : [...names].sort().join(', ');
}

const UNSEEN_HOLDER = 'somebody unseen';

/** Rows of a matrix fall into these, in this order. */
export type Section = 'every node' | 'control planes' | 'workers' | 'not on the page';
export const SECTIONS: readonly Section[] = ['every node', 'control planes', 'workers', 'not on the page'];

export function sectionOf({ expected, role }: Subject): Section {
  if (expected === null) return 'not on the page';
  switch (role) {
    case null:
      return 'every node';
    case 'control-plane':
      return 'control planes';
    case 'worker':
      return 'workers';
  }
}
