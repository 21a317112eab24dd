import type { Protocol } from '../kernel/sockets/listener.js';
import type { NodeRole } from '../verdict/applied_row.js';
import { entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isUnknown, NONE, STATES, type StateCode, UNSEEN } from './state.js';

export const ROLES: readonly NodeRole[] = ['control-plane', 'worker', 'unknown'];

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/** The states of one row on the nodes of one role. */
interface Votes {
  count: number;
  mostFrequent: StateCode;
  mostFrequentCount: number;
  isUnanimous: boolean;
}

/**
 * The agreement of every row, by row number and role. Counts findings and derives the number of absent listeners, so that the
 * cost grows with the findings and not with rows times nodes.
 */
export function agreements(
  rows: readonly Omit<MatrixRow, 'agreement'>[],
  nodes: readonly FleetNode[],
): (row: number, role: NodeRole) => Agreement {
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  const slotOf = (row: number, role: NodeRole): number => row * ROLES.length + ROLES.indexOf(role);
  const inState = new Map<number, number>();
  const withFinding = new Map<number, number>();
  /** Nodes without a finding on which the listener may nevertheless exist, beyond those that did not read its table. */
  const unseen = new Map<number, number>();
  for (const { role, column, unreadProtocols } of nodes) {
    const maybeSeen = new Set<number>();
    column.rows.forEach((number, at) => {
      const row = byNumber.get(number);
      const slot = slotOf(number, role);
      add(inState, slot * STATES.length + (column.states[at] ?? UNSEEN));
      add(withFinding, slot);
      if (row === undefined) return;
      // Below, all nodes with an unread table count as unseen; those with a finding are not.
      if (unreadProtocols.has(row.protocol)) add(unseen, slot, -1);
      else for (const known of row.knownOwnerRows) if (entryAt(column, known) < 0) maybeSeen.add(known);
    });
    for (const row of maybeSeen) add(unseen, slotOf(row, role));
  }
  const votes = new Map<number, Votes>();
  for (const [key, count] of inState) {
    vote(votes, Math.floor(key / STATES.length), key % STATES.length, count);
  }
  for (const role of ROLES) {
    const ofRole = nodes.filter((node) => node.role === role);
    const unread = new Map(
      PROTOCOLS.map((protocol) => [protocol, ofRole.filter((node) => node.unreadProtocols.has(protocol)).length]),
    );
    for (const { number, expected, protocol } of rows) {
      if (expected !== null) continue;
      const slot = slotOf(number, role);
      const known = ofRole.length - (unread.get(protocol) ?? 0) - (unseen.get(slot) ?? 0);
      vote(votes, slot, NONE, known - (withFinding.get(slot) ?? 0));
    }
  }
  return (row, role) => agreementOf(votes.get(slotOf(row, role)));
}

function add(counts: Map<number, number>, key: number, count = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function vote(all: Map<number, Votes>, slot: number, state: StateCode, count: number): void {
  if (count <= 0 || isUnknown(state)) return;
  const votes = all.get(slot);
  if (votes === undefined) {
    all.set(slot, { count, mostFrequent: state, mostFrequentCount: count, isUnanimous: true });
    return;
  }
  votes.count += count;
  votes.isUnanimous = false;
  if (count > votes.mostFrequentCount) {
    votes.mostFrequent = state;
    votes.mostFrequentCount = count;
  }
}

function agreementOf(votes: Votes | undefined): Agreement {
  if (votes === undefined || votes.isUnanimous) return 'alike';
  return votes.mostFrequentCount * 2 > votes.count ? votes.mostFrequent : 'split';
}
