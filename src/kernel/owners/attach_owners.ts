import { nowMs } from '../../base/clock.js';
import { elapsedMs, faultOf, type SourceReading } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { addTo } from '../../base/multimap.js';
import type { Listener } from '../sockets/listener.js';
import type { OwnedListener, ProcessOwner } from './owner.js';
import type { FoundOwners, OwnerSearch, OwnersMode } from './owner_source.js';
import { processFieldsByPid, UNKNOWN_PROCESS } from './process_fields.js';

export interface OwnersAnswer {
  /** null: not looked up, or without an answer; `source` says which. */
  readonly found: FoundOwners | null;
  readonly source: SourceReading;
}

/**
 * Looks up the owners of listeners; nothing is thrown. `kernelInodes` are those of listeners that may belong to the kernel, and
 * so to no process.
 */
export async function findOwners(
  listeners: readonly Listener[],
  mode: OwnersMode,
  search: OwnerSearch,
  kernelInodes: ReadonlySet<number> = new Set(),
): Promise<OwnersAnswer> {
  if (mode === 'none') return { found: null, source: notLooked() };
  const start = nowMs();
  try {
    // A socket that was not accepted yet has no inode: 0.
    const inodes = new Set<number>();
    for (const { inode } of listeners) if (inode !== 0) inodes.add(inode);
    const found = await search(Uint32Array.from(inodes), kernelInodes);
    const { processes, unreadable, late } = found;
    const notes = [...found.notes];
    if (unreadable > 0) notes.push({ code: 'processes-unreadable', params: { unreadable, processes } });
    const programs = found.facts.filter(({ exeDenied }) => exeDenied).length;
    if (programs > 0) notes.push({ code: 'programs-unreadable', params: { unreadable: programs, processes } });
    if (found.confinement !== null) notes.push({ code: 'confined', params: found.confinement });
    const errors: CoverageFault[] = late === 0 ? [] : [{ code: 'processes-late', params: { late, processes } }];
    return {
      found,
      source: {
        name: 'owners',
        via: found.via,
        status: late === 0 ? 'ok' : 'partial',
        errors,
        notes,
        rows: processes,
        ms: elapsedMs(start),
      },
    };
  } catch (error) {
    const source = { name: 'owners', via: mode, notes: [], rows: 0, ms: elapsedMs(start) };
    return { found: null, source: { ...source, status: 'failed', errors: [faultOf(error)] } };
  }
}

/** Joins owners to listeners by inode; `isOfMachine`: as for processFieldsByPid(). Pure. */
export function attachOwners(
  listeners: readonly Listener[],
  found: FoundOwners | null,
  isOfMachine = false,
): OwnedListener[] {
  if (found === null) {
    return listeners.map((listener) => ({ ...listener, owners: [], ownersUnknown: 'not-looked', origin: null }));
  }
  const fieldsByPid = processFieldsByPid(found.facts, found.bootTime, isOfMachine);
  const processes = new Map<number, ProcessOwner>();
  const byInode = new Map<number, ProcessOwner[]>();
  found.inode.forEach((inode, at) => {
    const pid = found.pid[at] ?? 0;
    let owner = processes.get(pid);
    if (owner === undefined) {
      owner = { kind: 'process', pid, fd: null, ...(fieldsByPid.get(pid) ?? UNKNOWN_PROCESS) };
      processes.set(pid, owner);
    }
    addTo(byInode, inode, { ...owner, fd: found.fd[at] ?? 0 });
  });
  const denied = found.confinement === null ? 'permission' : 'confined';
  const unknown = found.unreadable > 0 ? denied : 'not-found';
  return listeners.map((listener) => {
    const owners = byInode.get(listener.inode) ?? [];
    const ownersUnknown = owners.length > 0 ? null : listener.inode === 0 ? 'no-inode' : unknown;
    return { ...listener, owners, ownersUnknown, origin: null };
  });
}

/**
 * The source of owners once all owners are attached, the kernel included: processes that could not be read make it incomplete
 * only where a listener was left without an owner. `isOwnNamespace`: as of isInOwnPidNamespace().
 */
export function ownersCoverage(
  looked: SourceReading,
  listeners: readonly OwnedListener[],
  isOwnNamespace = false,
): SourceReading {
  const isOutside = isOwnNamespace && listeners.some(({ ownersUnknown }) => ownersUnknown === 'not-found');
  const outside: CoverageFault[] = isOutside ? [{ code: 'own-pid-namespace', params: {} }] : [];
  const source = isOutside ? { ...looked, notes: [...looked.notes, ...outside] } : looked;
  const unseen = listeners.filter(
    ({ ownersUnknown }) => ownersUnknown === 'permission' || ownersUnknown === 'confined',
  ).length;
  if (unseen === 0 || source.status !== 'ok') return source;
  const fault: CoverageFault = { code: 'owners-unseen', params: { unseen, listeners: listeners.length } };
  return { ...source, status: 'partial', errors: [fault, ...source.notes], notes: [] };
}

function notLooked(): SourceReading {
  const fault: CoverageFault = { code: 'owners-not-looked-up', params: {} };
  return { name: 'owners', via: 'none', status: 'partial', errors: [fault], notes: [], rows: 0, ms: 0 };
}
