import { type CoverageSource, elapsedMs } from '../../base/coverage.js';
import { messageOf } from '../../base/errors.js';
import type { Listener } from '../sockets/listener.js';
import type { OwnedListener, ProcessOwner } from './owner.js';
import type { FoundOwners, OwnerSearch, OwnersMode } from './owner_source.js';
import { processFieldsByPid, UNKNOWN_PROCESS } from './process_fields.js';

export interface OwnersAnswer {
  /** null: not looked up, or without an answer; `source` says which. */
  readonly found: FoundOwners | null;
  readonly source: CoverageSource;
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
  const start = performance.now();
  try {
    // A socket that was not accepted yet has no inode: 0.
    const inodes = Uint32Array.from(new Set(listeners.map(({ inode }) => inode).filter((inode) => inode !== 0)));
    const found = await search(inodes, kernelInodes);
    const { processes, unreadable, late } = found;
    const notes = [
      ...(found.note === null ? [] : [found.note]),
      ...(unreadable === 0 ? [] : [`${unreadable} of ${processes} processes could not be read (permission)`]),
    ];
    return {
      found,
      source: {
        name: 'owners',
        via: found.via,
        status: late === 0 ? 'ok' : 'partial',
        error: late === 0 ? null : `${late} of ${processes} processes that hold listeners did not answer in time`,
        note: notes.length === 0 ? null : notes.join('; '),
        rows: processes,
        ms: elapsedMs(start),
      },
    };
  } catch (error) {
    const source = { name: 'owners', via: mode, note: null, rows: 0, ms: elapsedMs(start) };
    return { found: null, source: { ...source, status: 'failed', error: messageOf(error) } };
  }
}

/** Joins owners to listeners by inode. Pure. */
export function attachOwners(listeners: readonly Listener[], found: FoundOwners | null): OwnedListener[] {
  if (found === null) {
    return listeners.map((listener) => ({ ...listener, owners: [], ownersUnknown: 'not-looked', origin: null }));
  }
  const fieldsByPid = processFieldsByPid(found.facts, found.bootTime);
  const byInode = new Map<number, ProcessOwner[]>();
  for (const [at, inode] of found.inode.entries()) {
    const pid = found.pid[at] ?? 0;
    const owners = byInode.get(inode) ?? [];
    byInode.set(inode, owners);
    owners.push({ kind: 'process', pid, fd: found.fd[at] ?? 0, ...(fieldsByPid.get(pid) ?? UNKNOWN_PROCESS) });
  }
  const unknown = found.unreadable > 0 ? 'permission' : 'not-found';
  return listeners.map((listener) => {
    const owners = byInode.get(listener.inode) ?? [];
    return { ...listener, owners, ownersUnknown: owners.length > 0 ? null : unknown, origin: null };
  });
}

/**
 * The source of owners once all owners are attached, the kernel included: processes that could not be read make it incomplete
 * only where a listener was left without an owner.
 */
export function ownersCoverage(source: CoverageSource, listeners: readonly OwnedListener[]): CoverageSource {
  const unseen = listeners.filter(({ ownersUnknown }) => ownersUnknown === 'permission').length;
  if (unseen === 0 || source.status !== 'ok') return source;
  const error = `the holders of ${unseen} of ${listeners.length} listeners could not be seen: ${source.note ?? ''}`;
  return { ...source, status: 'partial', error, note: null };
}

function notLooked(): CoverageSource {
  const error = 'owners were not looked up, as asked';
  return { name: 'owners', via: 'none', status: 'partial', error, note: null, rows: 0, ms: 0 };
}
