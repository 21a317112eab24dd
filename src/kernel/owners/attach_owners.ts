import { type CoverageSource, elapsedMs } from '../../base/coverage.js';
import { type Deadline, NO_DEADLINE } from '../../base/deadline.js';
import { messageOf } from '../../base/errors.js';
import { Kept } from '../../base/memo.js';
import type { Holders } from '../addon.js';
import type { Listener } from '../sockets/listener.js';
import type { OwnedListener, OwnersUnknown, ProcessOwner } from './owner.js';
import { type FindHolders, type FoundHolders, type OwnersMode, startHolders } from './owner_source.js';
import { NOTHING_KNOWN, processFieldsByPid, readBootTime } from './process_fields.js';

export interface OwnedListeners {
  readonly listeners: readonly OwnedListener[];
  readonly source: CoverageSource;
}

/**
 * Adds to each listener who holds it. What cannot be found out is said in `source` and in `ownersUnknown`; nothing is thrown. `kernels`
 * are the inodes of listeners that the kernel itself may well hold; `kept` is of the last time, if there was one.
 */
export async function withOwners(
  listeners: readonly Listener[],
  mode: OwnersMode,
  find: FindHolders = startHolders(mode),
  kernels: ReadonlySet<number> = new Set(),
  deadline: Deadline = NO_DEADLINE,
  kept: Kept = new Kept(),
): Promise<OwnedListeners> {
  if (mode === 'none') return { listeners: unowned(listeners, 'not-looked'), source: notLooked() };
  const start = performance.now();
  try {
    // Inode 0 is no inode: of sockets that are nobody's yet.
    const inodes = Uint32Array.from(new Set(listeners.map(({ inode }) => inode).filter((inode) => inode !== 0)));
    const [found, bootTime] = await Promise.all([
      deadline.within<FoundHolders | string>(find(inodes, kernels), (why) => why),
      readBootTime(),
    ]);
    if (typeof found === 'string') throw new Error(found);
    const holders = kept.same('holders', found);
    const { processes, unreadable, late } = holders;
    const notes = [
      ...(holders.note === null ? [] : [holders.note]),
      ...(unreadable === 0 ? [] : [`${unreadable} of ${processes} processes could not be read (permission)`]),
    ];
    return {
      listeners: kept.once('owned', [listeners, holders, bootTime], () => assignOwners(listeners, holders, bootTime)),
      source: {
        name: 'owners',
        via: holders.via,
        status: late === 0 ? 'ok' : 'partial',
        error: late === 0 ? null : `${late} of ${processes} processes that hold listeners did not answer in time`,
        note: notes.length === 0 ? null : notes.join('; '),
        rows: processes,
        ms: elapsedMs(start),
      },
    };
  } catch (error) {
    const source = { name: 'owners', via: mode, note: null, rows: 0, ms: elapsedMs(start) };
    return {
      listeners: unowned(listeners, 'not-looked'),
      source: { ...source, status: 'failed', error: messageOf(error) },
    };
  }
}

/**
 * The source of owners once all owners are known, the kernel's included: processes that could not be read take something
 * away only where a listener was left without a holder.
 */
export function settleOwners(source: CoverageSource, listeners: readonly OwnedListener[]): CoverageSource {
  const unseen = listeners.filter(({ ownersUnknown }) => ownersUnknown === 'permission').length;
  if (unseen === 0 || source.status !== 'ok') return source;
  const error = `the holders of ${unseen} of ${listeners.length} listeners could not be seen: ${source.note ?? ''}`;
  return { ...source, status: 'partial', error, note: null };
}

function notLooked(): CoverageSource {
  const error = 'owners were not looked up, as asked';
  return { name: 'owners', via: 'none', status: 'partial', error, note: null, rows: 0, ms: 0 };
}

function unowned(listeners: readonly Listener[], ownersUnknown: OwnersUnknown): OwnedListener[] {
  return listeners.map((listener) => ({ ...listener, owners: [], ownersUnknown, origin: null }));
}

/** Pure: joins holders to listeners by inode. `bootTime` is in milliseconds since the epoch. */
export function assignOwners(
  listeners: readonly Listener[],
  holders: Holders,
  bootTime: number | null,
): OwnedListener[] {
  const facts = processFieldsByPid(holders.facts, bootTime);
  const byInode = new Map<number, ProcessOwner[]>();
  for (const [at, inode] of holders.inode.entries()) {
    const pid = holders.pid[at] ?? 0;
    const fields = facts.get(pid) ?? NOTHING_KNOWN;
    const owners = byInode.get(inode) ?? [];
    byInode.set(inode, owners);
    owners.push({ kind: 'process', pid, fd: holders.fd[at] ?? 0, ...fields });
  }
  const unknown = holders.unreadable > 0 ? 'permission' : 'not-found';
  return listeners.map((listener) => {
    const owners = byInode.get(listener.inode) ?? [];
    return { ...listener, owners, ownersUnknown: owners.length > 0 ? null : unknown, origin: null };
  });
}
