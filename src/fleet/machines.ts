import { addTo } from '../base/multimap.js';
import type { FleetNode } from './matrix.js';

/** What tells one node from another. */
export type NodeIdentity = Pick<
  FleetNode,
  'hostname' | 'addresses' | 'source' | 'capturedAt' | 'pseudonyms' | 'socketsId'
>;

/** An input that is not among the nodes, since a later one is of the same node. */
export interface SetAside {
  readonly source: string;
  readonly hostname: string;
  readonly capturedAt: string;
  /** The source of the later one. */
  readonly used: string;
}

/** The inputs that are of one node, the latest first. */
type Machine<Node> = readonly [Node, ...Node[]];

export interface ToldApart<Node> {
  /** The latest of each node, in the given order. */
  readonly latest: readonly Node[];
  readonly setAside: readonly SetAside[];
  /** Those of `latest` that may be of the same node as another one, which is as late. */
  readonly perhapsOlder: ReadonlySet<Node>;
}

/**
 * Nodes are told apart by their names, which is possible only among names that are not redacted, and among those that are
 * redacted with the same key. Others are of one node if they have the same sockets, and may be of one node if they have not.
 */
export function toldApart<Node extends NodeIdentity>(nodes: readonly Node[]): ToldApart<Node> {
  const machines = machinesOf(nodes);
  const latest = new Set(machines.map(([first]) => first));
  return {
    latest: nodes.filter((node) => latest.has(node)),
    setAside: machines.flatMap(([{ source: used }, ...others]) =>
      others.map(({ source, hostname, capturedAt }) => ({ source, hostname, capturedAt, used })),
    ),
    perhapsOlder: perhapsOlder(machines),
  };
}

function machinesOf<Node extends NodeIdentity>(nodes: readonly Node[]): Machine<Node>[] {
  const groups = new Map(nodes.map((node) => [node, [node]]));
  const join = (a: Node, b: Node): void => {
    const [into = [], from = []] = [groups.get(a), groups.get(b)];
    if (into === from) return;
    into.push(...from);
    for (const node of from) groups.set(node, into);
  };
  const known = new Map<string, Node[]>();
  for (const node of nodes) {
    const keys = [`name ${shortName(node)} ${spaceOf(node)}`, ...(node.socketsId === null ? [] : [node.socketsId])];
    for (const key of keys) {
      const same = known.get(key)?.find((one) => isSame(one, node));
      if (same !== undefined) join(same, node);
      addTo(known, key, node);
    }
  }
  return [...new Set(groups.values())].map(([first, ...others]) => {
    if (first === undefined) throw new TypeError('a group has a node');
    const newest = others.reduce((a, b) => (a.capturedAt < b.capturedAt ? b : a), first);
    return [newest, ...[first, ...others].filter((node) => node !== newest)];
  });
}

/** Names are comparable in one space: those that are not redacted, or those of one key. An input without a name has its own. */
function spaceOf({ hostname, pseudonyms, source }: NodeIdentity): string {
  if (hostname === '') return `source ${source}`;
  return pseudonyms === null ? 'names' : `key ${pseudonyms}`;
}

function shortName({ hostname }: NodeIdentity): string {
  return hostname.split('.')[0] ?? '';
}

/** By name, with or without its domain, and by address, where both have any: texts have none. Else, by sockets. */
function isSame(a: NodeIdentity, b: NodeIdentity): boolean {
  if (spaceOf(a) !== spaceOf(b)) return a.socketsId !== null && a.socketsId === b.socketsId;
  const [short, long] = a.hostname.length < b.hostname.length ? [a.hostname, b.hostname] : [b.hostname, a.hostname];
  if (short !== long && !long.startsWith(`${short}.`)) return false;
  const areKnown = a.addresses.length > 0 && b.addresses.length > 0;
  return !areKnown || a.addresses.some((address) => b.addresses.includes(address));
}

/** The latest inputs of nodes for which there is another one, as late, whose name cannot be compared. */
function perhapsOlder<Node extends NodeIdentity>(machines: readonly Machine<Node>[]): ReadonlySet<Node> {
  const known = machines.map((machine) => ({ node: machine[0], spaces: [...new Set(machine.map(spaceOf))] }));
  if (new Set(known.flatMap(({ spaces }) => spaces)).size === 1) return new Set();
  const mayReplace = (a: (typeof known)[number], b: (typeof known)[number]): boolean =>
    a.node.capturedAt >= b.node.capturedAt && !a.spaces.some((space) => b.spaces.includes(space));
  return new Set(known.filter((one) => known.some((other) => mayReplace(other, one))).map(({ node }) => node));
}
