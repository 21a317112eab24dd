import { dirname } from 'node:path';
import { addTo } from '../base/multimap.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { NodeRoots } from './node_roots.js';
import type { SsTables } from './ss_table.js';

/** A TCP port and the pid of each process there, or 0 for none, one pair after the other: a bundle may have thousands of snapshots. */
export type Holders = Uint32Array;

/** TCP ports, each with the pids that are known to listen there. */
type PidsByPort = ReadonlyMap<number, ReadonlySet<number>>;

/** The snapshots in a bundle, so that a text of the same node is not taken for another one. */
export class SeenSnapshots {
  readonly #seen: { readonly path: string; readonly holders: Holders | null | Promise<Holders | null> }[] = [];
  /** By the directory of a node, or else of the snapshot. */
  readonly #byPlace = new Map<string, PidsByPort[]>();
  /** By that, port and pid. */
  readonly #byHolder = new Map<string, PidsByPort[]>();

  /** null: it could not be read. */
  add(path: string, holders: Holders | null | Promise<Holders | null>): void {
    this.#seen.push({ path, holders });
  }

  /** Assigns each snapshot to the directory of a node that it is in. */
  async place(roots: NodeRoots): Promise<void> {
    const seen = await Promise.all(this.#seen.map(async ({ path, holders }) => ({ path, holders: await holders })));
    const rootOf = roots.around(seen.flatMap(({ path, holders }) => (holders === null ? [] : [path])));
    for (const { path, holders } of seen) {
      if (holders === null) continue;
      const ports = pidsByPort(holders);
      for (const place of placesOf(rootOf(path), path)) {
        addTo(this.#byPlace, place, ports);
        for (const holder of holdersIn(place, ports)) addTo(this.#byHolder, holder, ports);
      }
    }
  }

  /** Whether a snapshot below a node's directory, or in that of a text, is of the node of this text. */
  hasNodeOf(root: string | null, path: string, tables: SsTables): boolean {
    const ports = pidsByPort(holdersOf(tables.get('tcp')?.sockets ?? []));
    return placesOf(root, path).some((place) => this.#hasNodeAt(place, ports));
  }

  /** Whether there is a snapshot below a node's directory. */
  isBelow(root: string | null): boolean {
    return root !== null && this.#byPlace.has(placeOfRoot(root));
  }

  #hasNodeAt(place: string, ports: PidsByPort): boolean {
    const holders = holdersIn(place, ports);
    const [only, ...others] = this.#byPlace.get(place) ?? [];
    if (holders.length === 0) {
      return others.length === 0 && ports.size > 0 && [...ports.keys()].every((port) => only?.has(port) === true);
    }
    // Of snapshots with the same process on the same port, a few are as good as all.
    return holders.some((holder) =>
      this.#byHolder
        .get(holder)
        ?.slice(0, 8)
        .some((one) => agree(one, ports)),
    );
  }
}

/** The directory of a node, if there is one, and that of a file. */
function placesOf(root: string | null, path: string): readonly string[] {
  return [...new Set([`${dirname(path)}/`, ...(root === null ? [] : [placeOfRoot(root)])])];
}

/** Like the directory of a file in it. */
function placeOfRoot(root: string): string {
  return root === '' ? './' : root;
}

export function holdersOfNode({ sockets, node }: SnapshotDocument): Holders {
  return holdersOf(sockets.filter(({ netns }) => netns === node.netns));
}

function holdersOf(sockets: readonly OwnedListener[]): Holders {
  const holders: number[] = [];
  for (const { protocol, port, owners } of sockets) {
    if (protocol !== 'tcp' || port === null) continue;
    const pids = owners.flatMap((owner) => (owner.kind === 'process' ? [owner.pid] : []));
    for (const pid of pids.length === 0 ? [0] : pids) holders.push(port, pid);
  }
  return new Uint32Array(holders);
}

function pidsByPort(holders: Holders): PidsByPort {
  const ports = new Map<number, Set<number>>();
  for (let at = 0; at < holders.length; at += 2) {
    const [port = 0, pid = 0] = holders.subarray(at, at + 2);
    const pids = ports.get(port) ?? new Set();
    ports.set(port, pids);
    if (pid !== 0) pids.add(pid);
  }
  return ports;
}

function holdersIn(place: string, ports: PidsByPort): string[] {
  return [...ports].flatMap(([port, pids]) => [...pids].map((pid) => `${port} ${pid} ${place}`));
}

/** Whether they have the same processes on most of the ports of which both know one. */
function agree(a: PidsByPort, b: PidsByPort): boolean {
  let [agreeing, differing] = [0, 0];
  for (const [port, pids] of b) {
    const others = a.get(port) ?? new Set();
    if (pids.size === 0 || others.size === 0) continue;
    if ([...pids].some((pid) => others.has(pid))) agreeing += 1;
    else differing += 1;
  }
  return agreeing >= differing;
}
