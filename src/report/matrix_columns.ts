import { type Mark, markAt, stateAt } from '../fleet/mark.js';
import type { FleetNode, MatrixRow } from '../fleet/matrix.js';
import type { StateCode } from '../fleet/state.js';

/** A row on a node, as far as a matrix shows it. */
export interface ShownCell {
  readonly state: StateCode;
  readonly mark: Mark | null;
}

/** Nodes that look alike in all rows shown, so that one column does for all of them. */
export interface NodeColumn {
  readonly nodes: readonly [FleetNode, ...FleetNode[]];
  /** In the order of the rows. */
  readonly cells: readonly ShownCell[];
}

/** A column for each node. */
export function nodeColumns(nodes: readonly FleetNode[], rows: readonly MatrixRow[]): NodeColumn[] {
  return nodes.map((node) => {
    const cells = rows.map((row) => ({ state: stateAt(node, row), mark: markAt(node, row) }));
    return { nodes: [node], cells };
  });
}

/** The same with one column for nodes that look alike. */
export function foldColumns(columns: readonly NodeColumn[]): NodeColumn[] {
  const folded = new Map<
    string,
    { readonly nodes: [FleetNode, ...FleetNode[]]; readonly cells: readonly ShownCell[] }
  >();
  for (const { nodes, cells } of columns) {
    const [{ role, result, gaps, remarks }, ...others] = nodes;
    const key = [
      role,
      result,
      gaps.length === 0,
      ...remarks,
      ...cells.map(({ state, mark }) => `${state}${mark}`),
    ].join(' ');
    const known = folded.get(key);
    if (known === undefined) folded.set(key, { nodes: [...nodes], cells });
    else known.nodes.push(nodes[0], ...others);
  }
  return [...folded.values()];
}

/** `w-1 +298`. */
export function columnLabel({ nodes: [first, ...others] }: NodeColumn): string {
  return others.length === 0 ? first.label : `${first.label} +${others.length}`;
}
