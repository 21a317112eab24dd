import { type ShownCell, shownAt } from '../fleet/mark.js';
import type { FleetNode, MatrixRow } from '../fleet/matrix.js';

/** Nodes that look alike in all rows shown, so that one column does for all of them. */
export interface NodeColumn {
  readonly nodes: readonly [FleetNode, ...FleetNode[]];
  /** In the order of the rows. */
  readonly cells: readonly ShownCell[];
}

/** A column for each node. */
export function nodeColumns(nodes: readonly FleetNode[], rows: readonly MatrixRow[]): NodeColumn[] {
  return nodes.map((node) => ({ nodes: [node], cells: rows.map((row) => shownAt(node, row)) }));
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

/** What the names of all nodes of a matrix begin and end with; empty: not enough to be in the way. */
export interface CommonParts {
  readonly before: string;
  readonly after: string;
}

/** Characters that all names have in common, from which on they are left out. */
const MIN_COMMON = 8;

/** Where a part of a name ends. What is cut from the end is a domain, as `-1` of `cp-1` and `w-1` is a part of their names. */
const SEPARATOR = /[-._ ]/;

/** Whole parts only, so that what is left reads as a name: of `ip-10-0-1-17.internal` and `ip-10-0-1-18.internal`, `17` and `18`. */
export function commonParts(nodes: readonly FleetNode[]): CommonParts {
  const labels = nodes.map(({ label }) => label);
  const [first = ''] = labels;
  const isShared = (at: number, of: (label: string, at: number) => string | undefined): boolean =>
    labels.every((label) => at < label.length && of(label, at) === of(first, at));
  const fromEnd = (label: string, at: number): string | undefined => label[label.length - 1 - at];
  let before = 0;
  while (isShared(before, (label, at) => label[at])) before += 1;
  while (before > 0 && !SEPARATOR.test(first[before - 1] ?? '')) before -= 1;
  let after = 0;
  while (isShared(after, fromEnd)) after += 1;
  while (after > 0 && first[first.length - after] !== '.') after -= 1;
  const isLeft = labels.every(({ length }) => length > before + after);
  if (labels.length < 2 || before + after < MIN_COMMON || !isLeft) return { before: '', after: '' };
  return { before: first.slice(0, before), after: first.slice(first.length - after) };
}

/** `w-1 +298`, without what the names of all nodes have in common. */
export function columnLabel({ nodes: [first, ...others] }: NodeColumn, { before, after }: CommonParts): string {
  const own = first.label.slice(before.length, first.label.length - after.length);
  const label = `${before === '' ? '' : '…'}${own}${after === '' ? '' : '…'}`;
  return others.length === 0 ? label : `${label} +${others.length}`;
}

/** Says what columns leave out; null: nothing. */
export function commonText({ before, after }: CommonParts): string | null {
  return before + after === '' ? null : `names are ${before}…${after}`;
}
