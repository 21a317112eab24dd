import { dirname } from 'node:path';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { SsTables } from './ss_table.js';

/** Of a snapshot, what tells whether a text is of the same node. */
interface SeenSnapshot {
  readonly path: string;
  /** TCP ports, each with the pids that are known to listen there. */
  readonly ports: ReadonlyMap<number, ReadonlySet<number>>;
}

/** The snapshots in a bundle, so that a text of the same node is not taken for another one. */
export class SeenSnapshots {
  readonly #seen: SeenSnapshot[] = [];

  add(path: string, { sockets, node }: SnapshotDocument): void {
    const ports = new Map<number, Set<number>>();
    for (const { protocol, netns, port, owners } of sockets) {
      if (protocol !== 'tcp' || netns !== node.netns || port === null) continue;
      const pids = ports.get(port) ?? new Set();
      ports.set(port, pids);
      for (const owner of owners) if (owner.kind === 'process') pids.add(owner.pid);
    }
    this.#seen.push({ path, ports });
  }

  get paths(): readonly string[] {
    return this.#seen.map(({ path }) => path);
  }

  /** Whether a snapshot in the directory of a text is of its node. */
  hasNodeOf(path: string, tables: SsTables): boolean {
    const directory = dirname(path);
    return this.#seen.some((one) => dirname(one.path) === directory && isOfOneNode(one, tables));
  }
}

/** By the processes that both know, else by whether the snapshot has all ports of the text. */
function isOfOneNode({ ports }: SeenSnapshot, tables: SsTables): boolean {
  let [agreeing, differing, isContained] = [0, 0, true];
  for (const { port, owners } of tables.get('tcp')?.sockets ?? []) {
    const pids = ports.get(port ?? 0);
    if (pids === undefined) isContained = false;
    else if (owners.length > 0 && pids.size > 0) {
      if (owners.some((owner) => owner.kind === 'process' && pids.has(owner.pid))) agreeing += 1;
      else differing += 1;
    }
  }
  return agreeing + differing > 0 ? agreeing >= differing : isContained && tables.has('tcp');
}
