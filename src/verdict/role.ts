import type { OwnedListener } from '../kernel/owners/owner.js';
import { NO_NOTES } from '../spec/notes.js';
import type { Role } from '../spec/rows.js';
import type { NodeRole } from './applied_row.js';
import type { NodeFacts } from './capture.js';
import { matchListener, oneOfEachOwner } from './owner_match.js';
import { ownersText } from './text/format.js';

export interface RoleAnswer {
  readonly role: NodeRole;
  /** `flag`, or what it was read from, for a person. */
  readonly roleSource: string;
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
 * The role of a node: what was asked for, else the marker the snap leaves, else what its listeners' owners give away. Where
 * these say nothing, or contradict each other, the role is unknown.
 */
export function resolveRole(asked: Role | 'auto', node: NodeFacts, sockets: readonly OwnedListener[]): RoleAnswer {
  if (asked !== 'auto') return { role: asked, roleSource: 'flag' };
  if (node.markedRole !== null) return { role: node.markedRole.role, roleSource: node.markedRole.file };
  const listeners = oneOfEachOwner(sockets);
  const signs = SIGNS.flatMap(([service, role]) => {
    const listener = listeners.find((socket) => matchListener(socket, service, NO_NOTES).kind === 'match');
    return listener === undefined ? [] : [{ role, text: ownersText([listener]) }];
  });
  const [first] = signs;
  if (first === undefined) return { role: 'unknown', roleSource: 'no service was seen that runs on one role only' };
  const other = signs.find(({ role }) => role !== first.role);
  if (other === undefined) return { role: first.role, roleSource: `${first.text} listens` };
  return { role: 'unknown', roleSource: `${first.text} and ${other.text} both listen` };
}
