import { SEVERITIES } from '../verdict/finding.js';
import { agreements, ROLES } from './agreement.js';
import type { Agreement, FleetNode, MatrixRow } from './matrix.js';
import { type StateCode, stateOf } from './state.js';
import { SECTIONS, type Subject, sectionOf } from './subject.js';

/**
 * The rows of a matrix: those of the page in its order, then listeners, worst first and then the most frequent first. Rows with
 * a key in `exempt` differ between nodes by nature.
 */
export function matrixRows(
  subjects: readonly Subject[],
  nodes: readonly FleetNode[],
  exempt: ReadonlySet<string>,
): MatrixRow[] {
  const knownOwner = listenersByPlace(subjects, false);
  const unknownOwner = listenersByPlace(subjects, true);
  const rows = subjects.map((subject, number) => ({
    ...subject,
    number,
    section: sectionOf(subject),
    unknownOwnerRows: subject.hasUnknownOwner ? [] : (unknownOwner.get(subject.place) ?? []),
    knownOwnerRows: subject.hasUnknownOwner ? (knownOwner.get(subject.place) ?? []) : [],
  }));
  const agreement = agreements(rows, nodes);
  const rank = listenerRank(nodes);
  return rows
    .map((row) => {
      const byRole = ROLES.map((role) => [role, exempt.has(row.key) ? 'alike' : agreement(row.number, role)]);
      return { ...row, agreement: Object.fromEntries(byRole) as Record<(typeof ROLES)[number], Agreement> };
    })
    .sort(
      (a, b) => SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) || rank(a) - rank(b) || a.number - b.number,
    );
}

/** Row numbers of the listeners on each place, either those with known or those with unknown owners. */
function listenersByPlace(subjects: readonly Subject[], hasUnknownOwner: boolean): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [number, subject] of subjects.entries()) {
    if (subject.expected !== null || subject.hasUnknownOwner !== hasUnknownOwner) continue;
    const there = places.get(subject.place);
    if (there === undefined) places.set(subject.place, [number]);
    else there.push(number);
  }
  return places;
}

/** The order of listeners; rows of the page all have the same rank. */
function listenerRank(nodes: readonly FleetNode[]): (row: Subject & { readonly number: number }) => number {
  const worst = new Map<number, StateCode>();
  const counts = new Map<number, number>();
  for (const { column } of nodes) {
    column.rows.forEach((row, at) => {
      const state = column.states[at] ?? 0;
      worst.set(row, Math.min(worst.get(row) ?? state, state));
      counts.set(row, (counts.get(row) ?? 0) + 1);
    });
  }
  return ({ expected, number }) =>
    expected !== null ? 0 : severityRank(worst.get(number) ?? 0) * (nodes.length + 1) - (counts.get(number) ?? 0);
}

function severityRank(code: StateCode): number {
  const state = stateOf(code);
  return state.kind === 'verdict' ? SEVERITIES.indexOf(state.severity) : SEVERITIES.length;
}
