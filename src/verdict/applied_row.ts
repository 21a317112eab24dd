import type { OwnedListener } from '../kernel/owners/owner.js';
import type { ClusterRule, Notes, RowNote } from '../spec/notes.js';
import type { Role, Row } from '../spec/rows.js';
import type { Spec } from '../spec/spec.js';
import type { ListenerIndex } from './listener_index.js';
import { matchListener } from './owner_match.js';

/** The role of the node that is judged; `unknown` where nothing says it. */
export type NodeRole = Role | 'unknown';

/** A row together with what the notes make of it on a node of a role. */
export interface AppliedRow {
  readonly row: Row;
  /** The service that is expected here, which a note may change for a role. */
  readonly service: string;
  /** The row is for nodes of these roles only; null: for all. */
  readonly roles: readonly Role[] | null;
  /** In what case the row applies at all; null: always. */
  readonly condition: string | null;
  /** Further paths of a unix row, as patterns. */
  readonly paths: readonly string[];
  /** What is known about a stricter address than the row's. */
  readonly hardening: string | null;
  /** On how many nodes of a cluster the service runs; null: nothing is known. */
  readonly cluster: ClusterRule | null;
}

/** Puts the notes that name a row to it. Of several, the later one counts where they say the same thing. */
export function applyNotes(row: Row, notes: Notes, role: NodeRole): AppliedRow {
  const applied: AppliedRow = {
    row,
    service: row.service,
    roles: row.role === null ? null : [row.role],
    condition: row.condition,
    paths: [],
    hardening: null,
    cluster: null,
  };
  return notes.rows
    .filter(({ match }) => names(match, row))
    .reduce<AppliedRow>(
      (so_far, note) => ({
        row,
        service: (role === 'unknown' ? undefined : note.serviceByRole[role]) ?? so_far.service,
        roles: note.roles === null ? so_far.roles : narrowing(note.roles),
        condition: note.condition ?? so_far.condition,
        paths: [...so_far.paths, ...note.paths],
        hardening: note.hardening ?? so_far.hardening,
        cluster: note.cluster ?? so_far.cluster,
      }),
      applied,
    );
}

/** Roles that leave a node out; a note that names every role lifts the page's. */
function narrowing(roles: readonly Role[]): readonly Role[] | null {
  return roles.includes('control-plane') && roles.includes('worker') ? null : roles;
}

function names(match: RowNote['match'], row: Row): boolean {
  const agrees = <Value>(wanted: Value | null, actual: Value | null): boolean => wanted === null || wanted === actual;
  const [port, protocol, path] = row.kind === 'network' ? [row.port, row.protocol, null] : [null, null, row.path];
  return (
    agrees(match.service, row.service) &&
    agrees(match.port, port) &&
    agrees(match.protocol, protocol) &&
    agrees(match.path, path)
  );
}

/** Why a row does not apply to a node of this role; null where it does, or may. */
export function reasonNotApplicable(applied: AppliedRow, role: NodeRole): string | null {
  const { roles } = applied;
  if (roles === null || role === 'unknown' || roles.includes(role)) return null;
  return `only for ${roles.join(' and ')} nodes; this is a ${role} node`;
}

/** Why a row for some roles cannot be judged on a node of unknown role. */
export function roleUnknown(roles: readonly Role[]): string {
  return `only for ${roles.join(' and ')} nodes, and the role of this node is not known; give --role`;
}

/** What an absent listener means for a row. */
export type Absence =
  | { readonly kind: 'fault' }
  | { readonly kind: 'not-applicable'; readonly reason: string }
  | { readonly kind: 'undecided'; readonly reason: string };

/**
 * Judges that nothing answers a row. Whether a condition holds shows only in the service: once one of its listeners is
 * seen on the node, the others are missed; where it is seen nowhere, the condition is taken not to hold. A listener of
 * unknown owner on another of the service's ports leaves that open.
 */
export function evaluateAbsence(
  applied: AppliedRow,
  role: NodeRole,
  listeners: ListenerIndex,
  spec: Pick<Spec, 'rows' | 'notes'>,
): Absence {
  if (applied.roles !== null && role === 'unknown') {
    return { kind: 'undecided', reason: roleUnknown(applied.roles) };
  }
  if (applied.condition === null) return { kind: 'fault' };
  const { service, condition } = applied;
  if (listeners.ofEachOwner.some((one) => matchListener(one, service, spec.notes).kind === 'match'))
    return { kind: 'fault' };
  if (listeners.unowned.some((one) => isOnPortOf(one, applied.row.service, spec.rows))) {
    const reason = `the row is conditional ("${condition}"), and whether ${service} runs here cannot be told while the owners of its ports are unknown`;
    return { kind: 'undecided', reason };
  }
  return {
    kind: 'not-applicable',
    reason: `the row is conditional ("${condition}"), and ${service} holds no socket on this node`,
  };
}

function isOnPortOf(socket: OwnedListener, service: string, rows: readonly Row[]): boolean {
  return rows.some(
    (row) =>
      row.kind === 'network' && row.service === service && row.protocol === socket.protocol && row.port === socket.port,
  );
}
