import type { CoverageFault } from '../../base/coverage_codes.js';
import { applyNotes } from '../../verdict/applied_row.js';
import type { AnsweredNeed, Need } from '../../verdict/obstacle.js';
import { matchListener, matchOwner } from '../../verdict/owner_match.js';
import { movedRow, settingsOfRow } from '../../verdict/row_settings.js';
import type { Holder } from '../../verdict/text/event.js';
import type { EvaluatedCapture } from '../evaluate_node.js';
import type { NodeState } from './document.js';
import { needOf, settingOf } from './needs.js';

/** The addresses that the services of a running node have, where its configuration puts them. Pure. */
export function neededNow({ spec, role, node, evaluation }: EvaluatedCapture): Need[] {
  return spec.rows.flatMap((row, at) => {
    // Findings of rows come first, in the order of the page.
    if (evaluation.findings[at]?.verdict === 'not-applicable') return [];
    const { service } = applyNotes(row, spec.notes, role.role);
    const settings = settingsOfRow(row, service, node.configuration);
    const moved = movedRow(row, settings);
    return [
      needOf(moved, service, 'always', moved === row || settings.place === null ? null : settingOf(settings.place)),
    ];
  });
}

type Answer = Pick<AnsweredNeed, 'state' | 'holders'>;

/** Whether an address is free. On what is a node, or may be one, its own services are no strangers there. Pure. */
export function answerOf(
  need: Need,
  holders: readonly Holder[],
  unknown: readonly CoverageFault[],
  state: NodeState,
  capture: EvaluatedCapture,
): Answer {
  if (holders.length === 0) return { state: unknown.length === 0 ? 'free' : 'unknown', holders };
  if (!isOrMayBeNode(state)) return isOfK8sd(need, holders) ? { state: 'own', holders } : { state: 'held', holders };
  const kinds = holders.map((holder) => ({ holder, kind: kindOf(need, holder, capture) }));
  const strangers = kinds.filter(({ kind }) => kind === 'stranger');
  if (strangers.length > 0) return { state: 'held', holders: strangers.map(({ holder }) => holder) };
  return { state: kinds.some(({ kind }) => kind === 'unknown') ? 'unknown' : 'own', holders };
}

/** What cannot be seen may be a node in production: nothing of it is to be stopped or removed. */
export function isOrMayBeNode(state: NodeState): boolean {
  return state === 'running' || state === 'unknown';
}

/** k8sd runs before a node is bootstrapped. */
function isOfK8sd({ service }: Need, holders: readonly Holder[]): boolean {
  return (
    service === 'k8sd' &&
    holders.every(({ owners }) => owners.some((one) => one.kind === 'process' && one.unit === 'snap.k8s.k8sd.service'))
  );
}

function kindOf(
  { service }: Need,
  { socket, owners, ownersUnknown, kind }: Holder,
  { sockets, spec: { notes } }: EvaluatedCapture,
): 'own' | 'stranger' | 'unknown' {
  // What is left of a connection, or of a service that restarts, is in nobody's way.
  if (kind === 'time-wait' || kind === 'file' || kind === 'client') return 'own';
  const isOfSnap = owners.some(
    (one) =>
      one.kind === 'process' &&
      one.unit !== null &&
      (one.unit.startsWith('snap.k8s.') || notes.sharedUnits.includes(one.unit)),
  );
  if (isOfSnap) return 'own';
  const listener = sockets.find(({ id }) => id === socket);
  const matches =
    listener === undefined
      ? owners.map((owner) => matchOwner(owner, service, notes, false))
      : [matchListener(listener, service, notes, false)];
  if (matches.some((match) => match.kind === 'match')) return 'own';
  if (ownersUnknown !== null || matches.length === 0 || matches.some((match) => match.kind === 'unknown'))
    return 'unknown';
  return 'stranger';
}
