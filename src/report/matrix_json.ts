import { ROLES } from '../fleet/agreement.js';
import type { Fleet } from '../fleet/fleet.js';
import type { Agreement, FleetNode, Matrix, MatrixRow } from '../fleet/matrix.js';
import { stateOf } from '../fleet/state.js';
import { escapeUnprintable } from './json.js';
import { CellWriter } from './matrix_cells.js';

/**
 * Many nodes for a program. Nodes and pages are referred to by their index in `nodes` and `pages`; a row lists a cell for every
 * node of its page, in the order of `nodes`. Each row is one line, so that line-based tools can compare and search them.
 */
export function* toMatrixJson(fleet: Fleet): Generator<string> {
  const { matrices, cluster, unreadable, setAside, summary } = fleet;
  const numbers = new Map(matrices.flatMap((matrix) => matrix.nodes).map((node, at) => [node, at]));
  const numberOf = (node: FleetNode): number => numbers.get(node) ?? -1;
  yield `{\n"schemaVersion": 1,\n"kind": "matrix",\n"summary": ${lineOf({ ...summary, unreadable: unreadable.length })}`;
  yield* listOf(
    'clusterFindings',
    cluster.map((finding) => ({ ...finding, nodes: finding.nodes.map(numberOf) })),
  );
  yield* listOf('unreadable', unreadable);
  yield* listOf('setAside', setAside);
  yield* listOf(
    'pages',
    matrices.map(({ page }) => page),
  );
  yield* listOf(
    'nodes',
    matrices.flatMap(({ nodes }, page) => nodes.map((node) => nodeOf(node, page))),
  );
  yield* linesOf('rows', rowLines(matrices));
  yield '\n}\n';
}

function lineOf(value: unknown): string {
  return escapeUnprintable(JSON.stringify(value));
}

function listOf(key: string, items: readonly unknown[]): Generator<string> {
  return linesOf(key, items.map(lineOf));
}

/** A list, with one item per line. */
function* linesOf(key: string, lines: Iterable<string>): Generator<string> {
  let before = `,\n"${key}": [\n  `;
  for (const line of lines) {
    yield before + line;
    before = ',\n  ';
  }
  yield before === ',\n  ' ? '\n]' : `,\n"${key}": []`;
}

function* rowLines(matrices: readonly Matrix[]): Generator<string> {
  let first = 0;
  for (const [page, { nodes, rows }] of matrices.entries()) {
    const writer = new CellWriter(nodes, first);
    for (const row of rows) yield `${lineOf(rowOf(row, page)).slice(0, -1)},"cells":[${writer.cells(row)}]}`;
    first += nodes.length;
  }
}

function nodeOf(node: FleetNode, page: number): object {
  const { label, hostname, source, role, roleSource, capturedAt, result, gaps, remarks } = node;
  return { label, hostname, source, role, roleSource, capturedAt, page, result, notSeen: gaps, remarks };
}

function rowOf(row: MatrixRow, page: number): object {
  const { section, service, place, protocol, expected } = row;
  return {
    page,
    section,
    service,
    place,
    protocol,
    expected,
    majority: Object.fromEntries(ROLES.map((role) => [role, majorityOf(row.agreement[role])])),
  };
}

/** What most nodes of a role have if others differ; `split` if there is no majority. */
function majorityOf(agreement: Agreement): string | null {
  if (agreement === 'alike') return null;
  if (agreement === 'split') return 'split';
  const state = stateOf(agreement);
  return state.kind === 'verdict' ? state.verdict : state.kind;
}
