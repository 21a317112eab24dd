import { dirname } from 'node:path';
import { addTo } from '../base/multimap.js';
import type { OwnedListener } from '../kernel/owners/owner.js';
import type { SnapshotDocument } from '../snapshot/document/document.js';
import type { SsTables } from './ss_table.js';

/** TCP ports, each with the pids that are known to listen there. */
type PidsByPort = ReadonlyMap<number, ReadonlySet<number>>;

/** The snapshots in a bundle, so that a text of the same node is not taken for another one. */
export class SeenSnapshots {
  readonly #paths: string[] = [];
  readonly #byDirectory = new Map<string, PidsByPort[]>();
  /** By directory, port and pid. */
  readonly #byHolder = new Map<string, PidsByPort[]>();

  add(path: string, { sockets, node }: SnapshotDocument): void {
    const directory = dirname(path);
    const ports = pidsByPort(sockets.filter(({ netns }) => netns === node.netns));
    this.#paths.push(path);
    addTo(this.#byDirectory, directory, ports);
    for (const holder of holdersIn(directory, ports)) addTo(this.#byHolder, holder, ports);
  }

  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Whether a snapshot in the directory of a text is of its node. */
  hasNodeOf(path: string, tables: SsTables): boolean {
    const directory = dirname(path);
    const ports = pidsByPort(tables.get('tcp')?.sockets ?? []);
    const holders = holdersIn(directory, ports);
    // Of snapshots with the same process on the same port, one is as good as another.
    if (holders.length > 0)
      return holders.some((holder) =>
        this.#byHolder
          .get(holder)
          ?.slice(0, 8)
          .some((one) => agree(one, ports)),
      );
    const [only, ...others] = this.#byDirectory.get(directory) ?? [];
    return (
      only !== undefined && others.length === 0 && ports.size > 0 && [...ports.keys()].every((port) => only.has(port))
    );
  }
}

function pidsByPort(sockets: readonly OwnedListener[]): PidsByPort {
  const ports = new Map<number, Set<number>>();
  for (const { protocol, port, owners } of sockets) {
    if (protocol !== 'tcp' || port === null) continue;
    const pids = ports.get(port) ?? new Set();
    ports.set(port, pids);
    for (const owner of owners) if (owner.kind === 'process') pids.add(owner.pid);
  }
  return ports;
}

function holdersIn(directory: string, ports: PidsByPort): string[] {
  return [...ports].flatMap(([port, pids]) => [...pids].map((pid) => `${port} ${pid} ${directory}`));
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
