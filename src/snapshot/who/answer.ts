import type { CoverageFault } from '../../base/coverage_codes.js';
import { isInRange } from '../../base/port_range.js';
import type { EvaluatedCapture } from '../evaluate_node.js';
import type { AddressOwners } from './address_owners.js';
import type { Answer } from './document.js';
import { type HolderFacts, holderOf } from './holder_facts.js';
import type { Question } from './question.js';
import { findingsOn, notesOn } from './remarks.js';

/** Who has the addresses of all questions in one network namespace; none where it could not be read. */
export interface Found {
  readonly netns: string;
  readonly owners: readonly AddressOwners[];
  readonly faults: readonly CoverageFault[];
}

/** The answer to the question at this place. Pure. */
export function answerOf(
  question: Question,
  at: number,
  places: readonly Found[],
  facts: HolderFacts,
  capture: EvaluatedCapture,
): Answer {
  const all = places.flatMap(({ netns, owners }) =>
    (owners[at]?.holders ?? []).map((owner) => holderOf(owner, netns, question.path, facts)),
  );
  // A socket of another namespace can have the file.
  const sockets = all.filter(({ kind }) => kind !== 'file');
  const holders = sockets.length > 0 ? sockets : all;
  const unknown = places.flatMap(({ owners, faults }) => {
    const fault = owners[at]?.unknown ?? null;
    return fault === null ? faults : [fault, ...faults];
  });
  const isOwned = holders.every(({ ownersUnknown }) => ownersUnknown === null);
  const { ephemeralPorts } = capture.node;
  return {
    ...question,
    result: holders.length > 0 ? 'held' : unknown.length > 0 ? 'unknown' : 'free',
    complete: unknown.length === 0 && isOwned,
    holders,
    omitted: places.reduce((sum, { owners }) => sum + (owners[at]?.omitted ?? 0), 0),
    unknown,
    ephemeral: isInRange(question.port, ephemeralPorts) ? ephemeralPorts : null,
    findings: findingsOn(question, holders, capture),
    notes: notesOn(question, holders, capture),
  };
}
