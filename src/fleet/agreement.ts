import type { Protocol } from '../kernel/sockets/listener.js';
import type { NodeRole } from '../verdict/applied_row.js';
import { entryAt } from './column.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { isOpen, NONE, type StateCode, UNSEEN } from './state.js';

export const ROLES: readonly NodeRole[] = ['control-plane', 'worker', 'unknown'];

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'unix'];

/** Enough for every state, as a power of two. */
const STATE_SPACE = 64;

/** Votes on one row by the nodes of one role. */
interface Poll {
  votes: number;
  best: number;
  state: StateCode;
  isMixed: boolean;
}

/**
 * Agreements of every row, by row number and then the role's place in ROLES. Counts what there is and infers what there is
 * not, so that the time goes with the findings, not with rows times nodes.
 */
export function agreements(
  rows: readonly Omit<MatrixRow, 'agreement'>[],
  nodes: readonly FleetNode[],
): (row: number, role: NodeRole) => Agreement {
  const byNumber = new Map(rows.map((row) => [row.number, row]));
  const present = new Map<number, number>();
  const seen = new Map<number, number>();
  const hidden = new Map<number, number>();
  const slotOf = (row: number, role: NodeRole): number => row * ROLES.length + ROLES.indexOf(role);
  for (const { role, column, blind } of nodes) {
    const masked = new Set<number>();
    column.rows.forEach((number, at) => {
      const row = byNumber.get(number);
      const slot = slotOf(number, role);
      count(present, slot * STATE_SPACE + (column.states[at] ?? UNSEEN));
      count(seen, slot);
      // Those of blind nodes are counted for all of them below, but for what they do have.
      if (row !== undefined && blind.has(row.protocol)) count(hidden, slot, -1);
      if (row === undefined || blind.has(row.protocol)) return;
      for (const named of row.namedTwins) if (entryAt(column, named) < 0) masked.add(named);
    });
    for (const named of masked) count(hidden, slotOf(named, role));
  }
  const polls = new Map<number, Poll>();
  for (const [key, times] of present) {
    vote(polls, Math.floor(key / STATE_SPACE), key % STATE_SPACE, times);
  }
  for (const role of ROLES) {
    const ofRole = nodes.filter((node) => node.role === role);
    const blind = new Map(PROTOCOLS.map((one) => [one, ofRole.filter((node) => node.blind.has(one)).length]));
    for (const { number, expected, protocol } of rows) {
      if (expected !== null) continue;
      const slot = slotOf(number, role);
      const unseen = (blind.get(protocol) ?? 0) + (hidden.get(slot) ?? 0);
      vote(polls, slot, NONE, ofRole.length - (seen.get(slot) ?? 0) - unseen);
    }
  }
  return (row, role) => agreementOf(polls.get(slotOf(row, role)));
}

function count(counts: Map<number, number>, key: number, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

function vote(polls: Map<number, Poll>, slot: number, state: StateCode, times: number): void {
  if (times <= 0 || isOpen(state)) return;
  const poll = polls.get(slot);
  if (poll === undefined) {
    polls.set(slot, { votes: times, best: times, state, isMixed: false });
    return;
  }
  poll.votes += times;
  poll.isMixed = true;
  if (times > poll.best) {
    poll.best = times;
    poll.state = state;
  }
}

function agreementOf(poll: Poll | undefined): Agreement {
  if (poll === undefined || !poll.isMixed) return 'alike';
  return poll.best * 2 > poll.votes ? poll.state : 'split';
}
