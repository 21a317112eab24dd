import type { OwnedListener } from '../kernel/owners/owner.js';
import { FINDING_CODES } from '../verdict/codes.js';
import type { FindingFacts } from '../verdict/finding.js';
import { absenceSentences } from '../verdict/text/absence.js';
import { adviceFor } from '../verdict/text/advice.js';
import { type FindingContext, findingText } from '../verdict/text/finding.js';
import { type Cell, type CellParams, entryAt } from './column.js';
import type { FleetNode, MatrixRow } from './matrix.js';
import { NOT_ON_ITS_PAGE, stateCode } from './state.js';

/** Longer messages list hundreds of processes. */
export const MAX_MESSAGE = 4000;

function notOnItsPage({ release }: FleetNode): Cell {
  const coded = { code: 'row-not-on-page-of-node', params: { release } } as const;
  const fields = { verdict: 'not-applicable', severity: 'none', expected: null, sockets: [], matchedBy: null } as const;
  const { message, reason } = absenceSentences({ ...fields, ...coded, configuration: null, causedBy: null }, new Map());
  return { ...coded, state: NOT_ON_ITS_PAGE, message, reason, advice: () => null, matchedBy: null };
}

/** What a node says on a row, with other listeners if `instead` gives them; null: nothing. */
export function cellOf(node: FleetNode, row: MatrixRow, instead = (one: OwnedListener) => one): Cell | null {
  const { kept, findings, findingEnds, context } = node.column;
  const at = entryAt(node.column, row.number);
  if (at < 0) return row.expected === null ? null : notOnItsPage(node);
  let cell: Cell | null = null;
  for (const { facts, sockets } of kept.recall(findings, findingEnds[at - 1] ?? 0, findingEnds[at] ?? 0)) {
    const shown = new Map(Array.from(sockets, ([id, listener]) => [id, instead(listener)]));
    const one = cellFrom(facts, { ...context, sockets: shown });
    cell = cell === null ? one : joined(cell, one);
  }
  return cell;
}

function cellFrom(facts: FindingFacts, context: FindingContext): Cell {
  const { verdict, severity, code, matchedBy } = facts;
  const { message, reason } = findingText(facts, context);
  return {
    state: stateCode(verdict, severity),
    code,
    params: paramsOf(facts),
    message: shortened(message),
    reason,
    // Most rows are ok, and have none.
    advice: () => (severity === 'none' ? null : adviceFor(facts, context)),
    matchedBy,
  };
}

function paramsOf({ code, params }: FindingFacts): CellParams {
  const kinds: Readonly<Record<string, string>> = FINDING_CODES[code].params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => kinds[name] !== 'socketIds'));
}

/** Several listeners of one program on ephemeral ports: the worst one decides the state. */
function joined(one: Cell, other: Cell): Cell {
  const [worse, lesser] = one.state <= other.state ? [one, other] : [other, one];
  return { ...worse, message: shortened(`${worse.message}; ${lesser.message}`) };
}

function shortened(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`;
}
