import type { OwnedListener } from '../kernel/owners/owner.js';
import { isLoopback } from '../kernel/sockets/address.js';
import { urlEndpoints } from '../node/flag_value.js';
import { snapServiceOf, unitOf } from '../node/flags.js';
import { type ServiceState, valueInEffect } from '../node/setting.js';
import type { Spec } from '../spec/spec.js';
import type { AppliedRow, NodeRole } from './applied_row.js';
import type { EvaluationContext, NodeFacts } from './capture.js';
import type { CodedFinding } from './codes.js';
import { showsService } from './owner_match.js';
import { idsOf } from './row_evaluation.js';

/** What the absence of a listener is judged by. */
type AbsenceContext = Pick<EvaluationContext, 'node' | 'listeners' | 'isText' | 'bound'>;

/**
 * Why the absence of a listener is no fault of the service; null where it is one. Notes say what on the node decides whether the row
 * applies. Where that is unknown, so is the answer: that the service is seen nowhere proves nothing, but one of its listeners does.
 */
export function reasonForAbsence(
  applied: AppliedRow,
  role: NodeRole,
  context: AbsenceContext,
  spec: Pick<Spec, 'rows' | 'notes'>,
): CodedFinding | null {
  const { roles, condition, service, row, replacedBy, cluster } = applied;
  if (roles !== null && role === 'unknown') return { code: 'role-unknown', params: { roles } };
  const decided = decidedOn(applied, context.node);
  if (decided !== 'unknown') return decided === 'applies' ? null : decided;
  if (condition === null && replacedBy.length === 0) return null;
  const isSeen = (name: string): boolean =>
    context.listeners.ofEachOwner.some((one) => showsService(one, name, spec.notes, context.isText));
  if (isSeen(service)) return null;
  const instead = replacedBy.find(isSeen);
  if (instead !== undefined) return { code: 'replaced-by-service', params: { service, instead } };
  if (condition === null) return null;
  const isOpen = spec.rows.some(
    (one) =>
      one.kind === 'network' &&
      one.service === row.service &&
      context.listeners.onPort(one.protocol, one.port).some(({ owners }) => owners.length === 0),
  );
  if (isOpen) return { code: 'condition-undecided', params: { condition, service } };
  const code = cluster === 'exactly-one' ? 'condition-not-met' : 'condition-unknown';
  return { code, params: { condition, service } };
}

/** What the evidence that a note names says: the row applies, or why it does not. */
function decidedOn({ decidedBy, service }: AppliedRow, node: NodeFacts): CodedFinding | 'applies' | 'unknown' {
  switch (decidedBy) {
    case null:
      return 'unknown';
    case 'network-feature':
      return node.networkFeature === 'off' ? { code: 'network-feature-off', params: { service } } : 'unknown';
    case 'unit': {
      const name = snapServiceOf(service);
      if (name === null || node.services === null) return 'unknown';
      const state = stateOf(service, node);
      const unit = unitOf(name);
      if (state === null || state.enabled === false) return { code: 'unit-not-enabled', params: { service, unit } };
      return state.enabled === true ? 'applies' : 'unknown';
    }
    case 'datastore':
      return decidedByDatastore(service, node);
  }
}

function decidedByDatastore(service: string, node: NodeFacts): CodedFinding | 'applies' | 'unknown' {
  const setting = node.configuration?.find(({ flag }) => flag === '--etcd-servers');
  if (setting === undefined) return 'unknown';
  const value = valueInEffect(setting);
  const isDqlite = value.split(',').some((url) => url.startsWith('unix://') && url.includes('k8s-dqlite'));
  const own = node.interfaces.flatMap(({ addresses }) => addresses);
  const isLocal = urlEndpoints(value).some(
    ({ address }) => address !== null && (address === 'localhost' || isLoopback(address) || own.includes(address)),
  );
  const datastore = isDqlite ? 'k8s-dqlite' : isLocal ? 'etcd' : null;
  return datastore === service
    ? 'applies'
    : { code: 'other-datastore', params: { service, flag: setting.flag, value } };
}

/** The unit of a service; null: unknown, or it has none on this node. */
export function stateOf(service: string, { services }: Pick<NodeFacts, 'services'>): ServiceState | null {
  const name = snapServiceOf(service);
  return (name === null ? undefined : services?.find(({ unit }) => unit === unitOf(name))) ?? null;
}

/** What runs in a unit of the snap before the program: a script that waits for others (its wrappers are shell scripts). */
const SCRIPTS: readonly string[] = ['bash', 'sh', 'dash'];

/** Why a service has no listener where it should; the most that is known of it. Pure. */
export function whyMissing(
  { service, row }: AppliedRow,
  { node, listeners, isText, bound }: AbsenceContext,
  { rows, notes }: Pick<Spec, 'rows' | 'notes'>,
): CodedFinding {
  const isOwn = (one: OwnedListener): boolean => showsService(one, service, notes, isText);
  const port = row.kind === 'network' ? row.port : null;
  const held = bound.filter(
    (one) => one.port === port && row.kind === 'network' && one.protocol === row.protocol && isOwn(one),
  );
  if (held.length > 0) return { code: 'bound-not-listening', params: { service, bound: idsOf(held) } };
  const state = stateOf(service, node);
  if (state !== null && state.pids !== null) {
    const { unit, enabled, pids, comm } = state;
    if (pids.length === 0) {
      const word = enabled === null ? 'unknown' : enabled ? 'enabled' : 'disabled';
      return { code: 'unit-not-running', params: { service, unit, state: word } };
    }
    if (comm !== null && SCRIPTS.includes(comm)) {
      return { code: 'unit-still-starting', params: { service, unit, waitsFor: null } };
    }
  }
  const elsewhere = rows.flatMap((one) =>
    one.kind === 'network' && one.service === row.service ? listeners.onPort(one.protocol, one.port).filter(isOwn) : [],
  );
  const others = elsewhere.length > 0 ? [...new Set(elsewhere)] : listeners.ofEachOwner.filter(isOwn);
  return others.length > 0
    ? { code: 'runs-but-not-here', params: { service, others: idsOf(others) } }
    : { code: 'no-listener', params: { service } };
}
