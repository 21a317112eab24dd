import { ROLES } from '../fleet/agreement.js';
import { cellOf as findingOf } from '../fleet/cell.js';
import type { Fleet } from '../fleet/fleet.js';
import { markAt, stateAt } from '../fleet/mark.js';
import type { Agreement, FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { stateOf } from '../fleet/state.js';
import { escapeUnprintable } from './json.js';

/**
 * Many nodes for a program. Nodes and pages are referred to by their index in `nodes` and `pages`; a row lists a cell for every
 * node of its page, in the order of `nodes`. Each row is one line, so that line-based tools can compare and search them.
 */
export function* toMatrixJson(fleet: Fleet): Generator<string> {
  const { matrices, cluster, unreadable, summary } = fleet;
  const numbers = new Map(matrices.flatMap((matrix) => matrix.nodes).map((node, at) => [node, at]));
  const numberOf = (node: FleetNode): number => numbers.get(node) ?? -1;
  yield `{\n"schemaVersion": 1,\n"kind": "matrix",\n"summary": ${lineOf({ ...summary, unreadable: unreadable.length })}`;
  yield* listOf(
    'clusterFindings',
    cluster.map((finding) => ({ ...finding, nodes: finding.nodes.map(numberOf) })),
  );
  yield* listOf('unreadable', unreadable);
  yield* listOf(
    'pages',
    matrices.map(({ page }) => page),
  );
  yield* listOf(
    'nodes',
    matrices.flatMap(({ nodes }, page) => nodes.map((node) => nodeOf(node, page))),
  );
  yield* listOf('rows', rowsOf(matrices, numberOf));
  yield '\n}\n';
}

function lineOf(value: unknown): string {
  return escapeUnprintable(JSON.stringify(value));
}

/** A list, with one item per line. */
function* listOf(key: string, items: Iterable<unknown>): Generator<string> {
  let before = `,\n"${key}": [\n  `;
  for (const item of items) {
    yield before + lineOf(item);
    before = ',\n  ';
  }
  yield before === ',\n  ' ? '\n]' : `,\n"${key}": []`;
}

function* rowsOf(matrices: readonly Matrix[], numberOf: (node: FleetNode) => number): Generator<object> {
  for (const [page, matrix] of matrices.entries()) {
    for (const row of matrix.rows) yield rowOf(row, page, matrix, numberOf);
  }
}

function nodeOf(node: FleetNode, page: number): object {
  const { label, hostname, source, role, roleSource, capturedAt, result, gaps, remarks } = node;
  return { label, hostname, source, role, roleSource, capturedAt, page, result, notSeen: gaps, remarks };
}

function rowOf(row: MatrixRow, page: number, { nodes }: Matrix, numberOf: (node: FleetNode) => number): object {
  const { section, service, place, protocol, expected } = row;
  return {
    page,
    section,
    service,
    place,
    protocol,
    expected,
    majority: Object.fromEntries(ROLES.map((role) => [role, majorityOf(row.agreement[role])])),
    cells: nodes.map((node) => cellOf(numberOf(node), row, node)),
  };
}

/** What most nodes of a role have if others differ; `split` if there is no majority. */
function majorityOf(agreement: Agreement): string | null {
  if (agreement === 'alike') return null;
  if (agreement === 'split') return 'split';
  const state = stateOf(agreement);
  return state.kind === 'verdict' ? state.verdict : state.kind;
}

function cellOf(number: number, row: MatrixRow, node: FleetNode): object {
  const state = stateOf(stateAt(node, row));
  const mark = markAt(node, row);
  const cell = findingOf(node, row);
  if (state.kind !== 'verdict' || cell === null) return { node: number, state: state.kind, mark };
  const { kind, verdict, severity } = state;
  const { code, params, message, reason, matchedBy } = cell;
  return { node: number, state: kind, verdict, severity, mark, code, params, message, reason, matchedBy };
}
