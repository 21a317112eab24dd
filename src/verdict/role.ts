import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Notes } from '../spec/notes.js';
import type { Role } from '../spec/rows.js';
import type { NodeRole } from './applied_row.js';
import { type Capture, isFromText } from './capture.js';
import { isName } from './finding.js';
import { matchListener, oneOfEachOwner } from './owner_match.js';
import type { RoleReason } from './role_codes.js';
import { idsOf } from './row_evaluation.js';
import { roleSourceText } from './text/role.js';

export interface RoleAnswer {
  readonly role: NodeRole;
  /** `flag`, or what it was read from, for people. */
  readonly roleSource: string;
  /** The same for programs; null in a document written before there were codes. */
  readonly roleReason: RoleReason | null;
}

/** Services of Canonical Kubernetes that run on nodes of one role only. Others, such as cilium-operator, may be anywhere. */
const SIGNS: readonly (readonly [service: string, role: Role])[] = [
  ['kube-apiserver', 'control-plane'],
  ['kube-controller-manager', 'control-plane'],
  ['kube-scheduler', 'control-plane'],
  ['etcd', 'control-plane'],
  ['k8s-dqlite', 'control-plane'],
  ['k8s-apiserver-proxy', 'worker'],
];

/**
 * The role of a node: the requested one, else that of the snap's marker file, else what the owners of its listeners show, for which a
 * name is not enough. Unknown where these say nothing, or contradict each other.
 */
export function resolveRole(
  asked: Role | 'auto',
  { node, sockets, coverage }: Pick<Capture, 'node' | 'sockets' | 'coverage'>,
  notes: Notes,
): RoleAnswer {
  const answer = (role: NodeRole, roleReason: RoleReason, listeners: readonly OwnedListener[] = []): RoleAnswer => {
    const byId = new Map(listeners.map((listener) => [listener.id, listener]));
    return { role, roleSource: roleSourceText(roleReason, byId), roleReason };
  };
  if (asked !== 'auto') return answer(asked, { code: 'requested', params: {} });
  if (node.markedRole !== null) {
    return answer(node.markedRole.role, { code: 'marker-file', params: { path: node.markedRole.file } });
  }
  const isText = isFromText(coverage);
  const shows = (socket: OwnedListener, service: string): boolean => {
    const match = matchListener(socket, service, notes, isText);
    return match.kind === 'shared' || (match.kind === 'match' && (isText || !isName(match.by)));
  };
  const listeners = oneOfEachOwner(sockets);
  const signs = SIGNS.flatMap(([service, role]) => {
    const listener = listeners.find((socket) => shows(socket, service));
    return listener === undefined ? [] : [{ role, listener }];
  });
  const [first] = signs;
  if (first === undefined) return answer('unknown', { code: 'no-service-seen', params: {} });
  const other = signs.find(({ role }) => role !== first.role);
  const deciding = other === undefined ? [first.listener] : [first.listener, other.listener];
  const params = { sockets: idsOf(deciding) };
  return other === undefined
    ? answer(first.role, { code: 'service-listens', params }, deciding)
    : answer('unknown', { code: 'conflicting-services', params }, deciding);
}
