import { isInRange } from '../base/port_range.js';
import { printable } from '../base/text.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { Role } from '../spec/rows.js';
import type { Expected, Finding } from '../verdict/finding.js';
import { programName } from '../verdict/text/format.js';
import { endpointOf } from '../verdict/text/sentences.js';

/** What a row of a matrix is about: the same thing on every node. */
export interface Subject {
  /** Equal for the same subject on any node. */
  readonly key: string;
  /** Service of the page, or the owners of a listener that no row explains. */
  readonly service: string;
  /** `localhost:10248/tcp`, a path, or `:31337/tcp` for a listener. */
  readonly place: string;
  readonly protocol: Protocol;
  /** The page's role for the row; null: every node. */
  readonly role: Role | null;
  /** The row of the page; null for a listener that no row explains. */
  readonly expected: Expected | null;
  /** Whether it is a listener without a known owner. */
  readonly hasUnknownOwner: boolean;
}

/** The subjects of rows of one page, in its order; identical rows are numbered. */
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
      place: printable(endpointOf(expected)),
      protocol,
      role,
      expected,
      hasUnknownOwner: false,
    };
  });
}

/** The ephemeral port range; null: unknown. */
export type EphemeralPorts = { readonly from: number; readonly to: number } | null;

/**
 * The subject of a listener that no row explains: its owners and its port. An ephemeral port differs from node to node and from
 * start to start, so all ephemeral ports of the same owners are one subject.
 */
export function listenerSubject(
  { sockets }: Pick<Finding, 'sockets'>,
  byId: ReadonlyMap<string, OwnedListener>,
  ephemeral: EphemeralPorts,
): Subject {
  const listeners = sockets.flatMap((id) => byId.get(id) ?? []);
  const [first] = listeners;
  const protocol = first?.protocol ?? 'tcp';
  const port = first?.port ?? null;
  const isEphemeral = isInRange(port, ephemeral);
  const hasUnknownOwner = listeners.every(({ owners }) => owners.length === 0);
  const service = printable(ownerNames(listeners));
  const place = `:${isEphemeral ? 'ephemeral' : (port ?? '?')}/${protocol}`;
  return {
    // Neither part contains control characters.
    key: `${service}\n${place}\n${hasUnknownOwner}`,
    service,
    place,
    protocol,
    role: null,
    expected: null,
    hasUnknownOwner,
  };
}

/** Programs and devices, or the unit that created a socket whose owner is unknown; each once. */
function ownerNames(listeners: readonly OwnedListener[]): string {
  const names = new Set<string>();
  for (const { owners, origin } of listeners) {
    if (owners.length === 0) names.add(origin?.unit == null ? UNKNOWN_OWNER : `unknown owner in ${origin.unit}`);
    for (const owner of owners) {
      names.add(owner.kind === 'kernel' ? `kernel device ${owner.device}` : programName(owner));
    }
  }
  return names.size === 0 ? UNKNOWN_OWNER : [...names].sort().join(', ');
}

const UNKNOWN_OWNER = 'unknown owner';

/** The sections of a matrix, in order. */
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
