import type { OwnedListener } from '../kernel/owners/owner.js';
import type { Family, Protocol } from '../kernel/sockets/listener.js';
import { FAMILIES, PROTOCOLS, type SsTable, type SsTables } from './ss_table.js';

/** How well two sets of tables fit one node. */
export interface Comparison {
  /** Addresses for which both know processes: those that have one in common, and those that have none. */
  readonly agreeing: number;
  readonly differing: number;
  /** For each protocol and family that both have, the sockets of one are among those of the other. */
  readonly isContained: boolean;
}

export function compareTables(a: SsTables, b: SsTables): Comparison {
  let [agreeing, differing, isContained] = [0, 0, true];
  const others = knownPids(b);
  for (const [at, ours] of knownPids(a).entries()) {
    const theirs: PidsByAddress = others[at] ?? new Map();
    let shared = 0;
    for (const [key, pids] of ours) {
      const known = theirs.get(key);
      if (known === undefined) continue;
      shared += 1;
      if (pids.length === 0 || known.length === 0) continue;
      if (pids.some((pid) => known.includes(pid))) agreeing += 1;
      else differing += 1;
    }
    if (shared < Math.min(ours.size, theirs.size)) isContained = false;
  }
  return { agreeing, differing, isContained };
}

/** Whether tables are of one node: by the processes that both know, or else by their sockets. */
export function areOfOneNode(a: SsTables, b: SsTables): boolean {
  const { agreeing, differing, isContained } = compareTables(a, b);
  return agreeing + differing > 0 ? differing <= agreeing : isContained;
}

type PidsByAddress = ReadonlyMap<string, readonly number[]>;

/** Each text of a directory is compared with many others. */
const KNOWN = new WeakMap<SsTables, readonly PidsByAddress[]>();

/** By protocol and family. */
function knownPids(tables: SsTables): readonly PidsByAddress[] {
  const known =
    KNOWN.get(tables) ??
    PROTOCOLS.flatMap((protocol) => FAMILIES[protocol].map((family) => pidsByAddress(tables, protocol, family)));
  KNOWN.set(tables, known);
  return known;
}

/** Without pid 1, which is on every node. */
function pidsByAddress(tables: SsTables, protocol: Protocol, family: Family): PidsByAddress {
  const pids = new Map<string, Set<number>>();
  for (const socket of tables.get(protocol)?.sockets ?? []) {
    if (socket.family !== family) continue;
    const known = pids.get(addressKey(socket)) ?? new Set();
    pids.set(addressKey(socket), known);
    for (const pid of pidsOf(socket)) if (pid !== 1) known.add(pid);
  }
  return new Map([...pids].map(([key, known]) => [key, [...known]]));
}

/** Without the interface that it is bound to, which netstat does not print. */
function addressKey({ protocol, type, address, port, path, abstract }: OwnedListener): string {
  return JSON.stringify([protocol, type, address, port, path, abstract]);
}

function pidsOf({ owners }: OwnedListener): number[] {
  return owners.flatMap((owner) => (owner.kind === 'process' ? [owner.pid] : []));
}

/** The tables of one node: what any of them has, and whole where one is. */
export function mergeTables(all: readonly SsTables[]): SsTables {
  const merged = new Map<Protocol, SsTable>();
  for (const protocol of PROTOCOLS) {
    const tables = all.flatMap((one) => one.get(protocol) ?? []);
    if (tables.length > 0) merged.set(protocol, mergeProtocol(protocol, tables));
  }
  return withoutDenial(merged);
}

/**
 * Sockets without a process are not a lack of permission beside others, nor if all are UDP, which may be the kernel's. netstat says
 * itself whether permission was lacking.
 */
function withoutDenial(tables: SsTables): SsTables {
  const all = [...tables.values()].flatMap(({ sockets }) => sockets);
  if (
    all.every(({ owners, protocol }) => owners.length === 0 && protocol === 'udp') ||
    all.some(({ owners }) => owners.length > 0)
  ) {
    const corrected = (socket: OwnedListener): OwnedListener =>
      socket.ownersUnknown === 'permission' ? { ...socket, ownersUnknown: 'not-found' } : socket;
    return new Map(
      [...tables].map(([protocol, table]) => [
        protocol,
        table.program === 'netstat' ? table : { ...table, sockets: table.sockets.map(corrected) },
      ]),
    );
  }
  return tables;
}

/** Whether most TCP addresses come back further down, held by other processes: those of a second node, without a header. */
export function hasSecondNode(tables: SsTables): boolean {
  const seen = new Map<string, Set<number>>();
  let [last, repeated] = ['', 0];
  for (const socket of tables.get('tcp')?.sockets ?? []) {
    const key = addressKey(socket);
    const pids = pidsOf(socket);
    const known = seen.get(key);
    // Sockets that share an address (SO_REUSEPORT) follow each other.
    if (known !== undefined && key !== last && pids.length > 0 && !pids.some((pid) => known.has(pid))) repeated += 1;
    seen.set(key, new Set([...(known ?? []), ...pids]));
    last = key;
  }
  return repeated > 1 && repeated * 2 >= seen.size;
}

function mergeProtocol(protocol: Protocol, tables: readonly SsTable[]): SsTable {
  const whole = new Set(tables.flatMap((table) => [...table.whole]));
  const isWhole = FAMILIES[protocol].every((family) => whole.has(family));
  // Those of ss, which say more of a socket, whole ones, and those with more owners come first: the others add what these lack.
  const ranked = tables.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || b.whole.size - a.whole.size || ownedIn(b) - ownedIn(a),
  );
  const sockets = ranked.reduce((known: readonly OwnedListener[], table) => withMore(known, table), []);
  const program = ranked[0]?.program;
  return { program, sockets, whole, faults: isWhole ? [] : tables.flatMap(({ faults }) => faults) };
}

function rankOf({ program }: SsTable): number {
  return program === undefined ? 0 : 1;
}

function ownedIn({ sockets }: SsTable): number {
  return sockets.filter(({ owners }) => owners.length > 0).length;
}

/** Each socket once: the same address, unless both have owners, and none in common. */
function withMore(known: readonly OwnedListener[], { program, sockets: more }: SsTable): readonly OwnedListener[] {
  const byAddress = new Map<string, OwnedListener[]>();
  for (const socket of known) byAddress.set(addressKey(socket), [...(byAddress.get(addressKey(socket)) ?? []), socket]);
  for (const socket of known.length === 0 ? [] : more) {
    const pids = new Set(pidsOf(socket));
    const same = byAddress.get(addressKey(socket)) ?? [];
    const at = same.findIndex(
      (one) =>
        (one.device === socket.device || program === 'netstat') &&
        (pids.size === 0 || one.owners.length === 0 || pidsOf(one).some((pid) => pids.has(pid))),
    );
    const one = same[at];
    if (one === undefined) same.push(socket);
    else if (one.owners.length === 0) same[at] = { ...one, owners: socket.owners, ownersUnknown: socket.ownersUnknown };
    byAddress.set(addressKey(socket), same);
  }
  return known.length === 0 ? more : [...byAddress.values()].flat();
}
