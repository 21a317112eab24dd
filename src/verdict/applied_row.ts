import type { ClusterRule, ConditionEvidence, Notes, RowNote } from '../spec/notes.js';
import type { Role, Row } from '../spec/rows.js';
import type { CodedFinding } from './codes.js';

/** The role of the evaluated node; `unknown` where nothing tells it. */
export type NodeRole = Role | 'unknown';

/** A row with the notes on it applied, for a node of one role. */
export interface AppliedRow {
  readonly row: Row;
  /** The expected service, which a note may change for a role. */
  readonly service: string;
  /** Roles of nodes that the row applies to; null: all. */
  readonly roles: readonly Role[] | null;
  /** When the row applies; null: always. */
  readonly condition: string | null;
  /** What tells whether it applies; null: nothing but listeners. */
  readonly decidedBy: ConditionEvidence | null;
  /** Other paths that a unix row may have, as patterns. */
  readonly paths: readonly string[];
  /** What the notes say of a stricter address than the row's, on a node of this role. */
  readonly hardening: string | null;
  /** Services that may run in the place of the row's. */
  readonly replacedBy: readonly string[];
  /** On how many nodes of a cluster the service runs; null: unknown. */
  readonly cluster: ClusterRule | null;
}

/** Applies the notes that match a row. Where several set the same field, the last one wins. */
export function applyNotes(row: Row, notes: Notes, role: NodeRole): AppliedRow {
  const applied: AppliedRow = {
    row,
    service: row.service,
    roles: row.role === null ? null : [row.role],
    condition: row.condition,
    decidedBy: null,
    paths: [],
    hardening: null,
    replacedBy: [],
    cluster: null,
  };
  return notesOn(row, notes).reduce<AppliedRow>(
    (previous, note) => ({
      row,
      service: (role === 'unknown' ? undefined : note.serviceByRole[role]) ?? previous.service,
      roles: note.roles === null ? previous.roles : restriction(note.roles),
      condition: note.condition ?? previous.condition,
      decidedBy: note.decidedBy ?? previous.decidedBy,
      paths: [...previous.paths, ...note.paths],
      hardening: hardeningOn(role, note) ?? previous.hardening,
      replacedBy: [...previous.replacedBy, ...note.replacedBy],
      cluster: note.cluster ?? previous.cluster,
    }),
    applied,
  );
}

/** The notes that match a row, in order. */
export function notesOn(row: Row, notes: Notes): readonly RowNote[] {
  return notes.rows.filter(({ match }) => matches(match, row));
}

function hardeningOn(role: NodeRole, { hardening, hardeningRoles }: RowNote): string | null {
  return hardeningRoles === null || hardeningRoles.some((one) => one === role) ? hardening : null;
}

/** A note that names every role removes the page's restriction. */
function restriction(roles: readonly Role[]): readonly Role[] | null {
  return roles.includes('control-plane') && roles.includes('worker') ? null : roles;
}

function matches(match: RowNote['match'], row: Row): boolean {
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
export function reasonNotApplicable({ roles }: AppliedRow, role: NodeRole): CodedFinding | null {
  if (roles === null || role === 'unknown' || roles.includes(role)) return null;
  return { code: 'row-not-for-role', params: { roles, role } };
}
