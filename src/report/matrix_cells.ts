import { isIP } from '../base/ip.js';
import { cellOf, MAX_MESSAGE } from '../fleet/cell.js';
import { entryAt } from '../fleet/column.js';
import { type ShownCell, shownAt } from '../fleet/mark.js';
import type { FleetNode, MatrixRow } from '../fleet/matrix.js';
import { stateOf } from '../fleet/state.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import { escapeUnprintable } from './json.js';

/** In place of a pid: above PID_MAX_LIMIT (include/linux/threads.h). */
const PID = '4194305';

/** In place of an address, by version of IP. No stand-in ends as it begins, so that none overlaps text beside another. */
const ADDRESSES = { 4: '192.0.2.43', 6: '2001:db8::53' };

const STAND_INS = new RegExp(`(${[PID, ...Object.values(ADDRESSES)].join('|').replaceAll('.', '\\.')})`);

/** By turns text and a stand-in; null: every node has a text of its own. */
type Template = readonly string[] | null;

/** Writes cells as JSON. Most texts of a row differ only in an address and a pid, so that the rest is made once. */
export class CellWriter {
  /** By node: equal for those whose keys of findings mean the same, and whose sources failed alike, as sentences quote that. */
  readonly #kinds: readonly number[];

  constructor(
    readonly nodes: readonly FleetNode[],
    /** The number of the first of them. */
    readonly first: number,
  ) {
    const sources = [...new Set(nodes.map(({ column }) => column.kept))];
    const numbers = new Map<string, number>();
    this.#kinds = nodes.map(({ column }) => {
      const { kept, context } = column;
      const errors = context.coverage.sources.map(({ name, error }) => [name, error]);
      const key = JSON.stringify([sources.indexOf(kept), errors]);
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }

  /** The cells of all nodes. */
  cells(row: MatrixRow): string {
    const templates = new Map<string, Template>();
    return this.nodes
      .map((node, at) => `{"node":${this.first + at},${cellText(node, row, this.#kinds[at], templates)}`)
      .join(',');
  }
}

function cellText(node: FleetNode, row: MatrixRow, kind: number | undefined, templates: Map<string, Template>): string {
  const shown = shownAt(node, row);
  const { kept, findings, findingEnds } = node.column;
  const at = entryAt(node.column, row.number);
  const single = at < 0 ? null : kept.single(findings, findingEnds[at - 1] ?? 0, findingEnds[at] ?? 0);
  const [key = '', address = null, pid] = single ?? [];
  const version = address === null ? null : isIP(address);
  if (single === null || version === 0) return ownText(node, row, shown);
  const fullKey = `${key} ${version} ${shown.mark} ${kind}`;
  let template = templates.get(fullKey);
  if (template === undefined) {
    template = templateOf(node, row, shown, version === null ? null : ADDRESSES[version]);
    templates.set(fullKey, template);
  }
  if (template === null) return ownText(node, row, shown);
  let text = '';
  for (let at = 0; at < template.length; at += 2) {
    const standIn = template[at + 1];
    text += template[at];
    if (standIn !== undefined) text += standIn === PID ? pid : address;
  }
  // A longer address may make a message too long.
  return text.length > MAX_MESSAGE ? ownText(node, row, shown) : text;
}

function templateOf(node: FleetNode, row: MatrixRow, shown: ShownCell, address: string | null): Template {
  const own = ownText(node, row, shown);
  if (STAND_INS.test(own)) return null;
  const disguised = ownText(node, row, shown, (listener) => {
    const owners = listener.owners.map((owner) => (owner.kind === 'process' ? { ...owner, pid: Number(PID) } : owner));
    return { ...listener, address, owners };
  });
  return disguised.length > MAX_MESSAGE ? null : disguised.split(STAND_INS);
}

/** What follows the number of a node. */
function ownText(
  node: FleetNode,
  row: MatrixRow,
  { state: stateCode, mark }: ShownCell,
  instead?: (one: OwnedListener) => OwnedListener,
): string {
  const state = stateOf(stateCode);
  const cell = cellOf(node, row, instead);
  if (state.kind !== 'verdict' || cell === null) return rest({ state: state.kind, mark });
  const { kind, verdict, severity } = state;
  const { code, params, message, reason, matchedBy } = cell;
  return rest({ state: kind, verdict, severity, mark, code, params, message, reason, matchedBy });
}

function rest(fields: object): string {
  return escapeUnprintable(JSON.stringify(fields)).slice(1);
}
