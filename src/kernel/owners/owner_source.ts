import { CoverageError } from '../../base/coverage.js';
import type { CoverageFault } from '../../base/coverage_codes.js';
import { type Deadline, isInProgress, NO_DEADLINE } from '../../base/deadline.js';
import { stat } from '../../base/files.js';
import { native, type OwnerPass, type OwnerRows, type ProcessFacts } from '../addon.js';
import { type Confinement, confinement } from '../confinement.js';
import { withoutTitles } from './argv0.js';
import { explainRefusal } from './bpf_refusal.js';
import { withNodesCgroups } from './cgroup_root.js';
import { readBootTime } from './process_fields.js';

/** How owners are found. `auto` is the best way that works. */
export type OwnersMode = 'auto' | 'bpf' | 'proc' | 'none';

export interface FoundOwners extends OwnerRows {
  /** Processes that own some of the sockets and could not be read in time. */
  readonly late: number;
  readonly via: 'bpf' | '/proc';
  /** Processes could not be read, or not their programs, because a security module forbids it. */
  readonly confinement: Confinement | null;
  /** Why a better way was not used, and what may be hidden. */
  readonly notes: readonly CoverageFault[];
  /** Milliseconds since the epoch, to which the start times of processes are relative. */
  readonly bootTime: number | null;
}

/**
 * Finds the owners of the sockets with these inode numbers. Those of `kernelInodes` may have none.
 * @throws Error where there is no answer in time, or no way to look
 */
export type OwnerSearch = (inodes: Uint32Array, kernelInodes?: ReadonlySet<number>) => Promise<FoundOwners>;

export interface OwnerSearchOptions {
  /** Default: /proc. */
  readonly procRoot?: string;
  /** Inode number of a network namespace: also find owners of connected sockets, not only of those that listen. */
  readonly everyStateIn?: number | null;
  readonly deadline?: Deadline;
  /** A pass that was started before; default: one that starts now. */
  readonly firstPass?: Promise<OwnerPass> | undefined;
}

/** A pass of eBPF, where the mode allows it. Its error is left to the search, which then tries again. */
export function startOwnerPass(mode: OwnersMode, everyStateIn: number | null): Promise<OwnerPass> | undefined {
  if (mode !== 'auto' && mode !== 'bpf') return undefined;
  const pass = native().iterateOwners?.(everyStateIn);
  pass?.catch(() => {});
  return pass;
}

/** A pass that was started; null: it failed or is late, or there is none. */
export async function passWithin(pass: Promise<OwnerPass> | undefined, deadline: Deadline): Promise<OwnerPass | null> {
  if (pass === undefined) return null;
  const orNull = pass.catch(() => null);
  return deadline.step().within(orNull, () => null);
}

/** The search of this mode. With eBPF its first pass over all descriptors starts now, while the tables are being read. */
export function startOwnerSearch(
  mode: OwnersMode,
  { procRoot = '/proc', everyStateIn = null, deadline = NO_DEADLINE, firstPass }: OwnerSearchOptions = {},
): OwnerSearch {
  switch (mode) {
    case 'bpf':
      return searchByIterator(procRoot, everyStateIn, deadline, firstPass);
    case 'proc':
    case 'none':
      return (inodes) => searchProc(procRoot, inodes, [], deadline);
    case 'auto': {
      const byIterator = searchByIterator(procRoot, everyStateIn, deadline, firstPass);
      return (inodes, kernelInodes) =>
        byIterator(inodes, kernelInodes).catch((error: unknown) => {
          if (!(error instanceof BpfUnavailableError)) throw error;
          return searchProc(procRoot, inodes, [error.fault], deadline);
        });
    }
  }
}

function searchByIterator(
  procRoot: string,
  everyStateIn: number | null,
  deadline: Deadline,
  firstPass: Promise<OwnerPass> | undefined,
): OwnerSearch {
  let early: Promise<OwnerPass> | null = iterate(everyStateIn, firstPass);
  // It may fail before the search awaits it.
  early.catch(() => {});
  return async (inodes, kernelInodes = new Set()) => {
    const wanted = new Set(inodes);
    const step = deadline.step();
    const first = early;
    early = null;
    let pass = await step.within(first ?? iterate(everyStateIn), fail);
    // The early pass can have been past a process before that opened its socket.
    if (first !== null && lacksAny(pass, wanted, kernelInodes)) pass = await step.within(iterate(everyStateIn), fail);
    return ownersIn(pass, wanted, procRoot, deadline);
  };
}

function fail(why: CoverageFault): never {
  throw new CoverageError(why);
}

/** The iterator cannot be used here, whereas /proc may be. */
class BpfUnavailableError extends CoverageError {}

/** @throws BpfUnavailableError */
async function iterate(everyStateIn: number | null, started?: Promise<OwnerPass>): Promise<OwnerPass> {
  const { iterateOwners } = native();
  if (iterateOwners === undefined) throw new BpfUnavailableError({ code: 'bpf-left-out', params: {} });
  try {
    return await (started ?? iterateOwners(everyStateIn));
  } catch (error) {
    throw new BpfUnavailableError(await explainRefusal(error));
  }
}

function lacksAny({ inode }: OwnerPass, wanted: ReadonlySet<number>, kernelInodes: ReadonlySet<number>): boolean {
  const seen = new Set(inode);
  for (const one of wanted) if (!seen.has(one) && !kernelInodes.has(one)) return true;
  return false;
}

/** The rows of a pass for the wanted sockets, with facts about each process. */
async function ownersIn(
  pass: OwnerPass,
  wanted: ReadonlySet<number>,
  procRoot: string,
  deadline: Deadline,
): Promise<FoundOwners> {
  const rows: number[] = [];
  pass.inode.forEach((inode, at) => {
    if (wanted.has(inode) && pass.pid[at] !== 0) rows.push(at);
  });
  // A pass is in order of pid.
  const firsts = rows.filter((at, index) => pass.pid[at] !== pass.pid[rows[index - 1] ?? -1]);
  const [{ facts, late }, bootTime] = await Promise.all([
    readFacts(select(pass.pid, firsts), select(pass.task, firsts), deadline.step(), procRoot),
    readBootTime(),
  ]);
  return {
    inode: select(pass.inode, rows),
    pid: select(pass.pid, rows),
    fd: select(pass.fd, rows),
    // A process that started later has the pid of one that has ended.
    facts: facts.filter(({ startMs }) => startMs === null || startMs <= pass.endedMs),
    processes: firsts.length,
    unreadable: 0,
    late,
    confinement: facts.some(({ exeDenied }) => exeDenied) ? await confinement() : null,
    via: 'bpf',
    notes: [],
    bootTime,
  };
}

function select(column: Uint32Array, rows: readonly number[]): Uint32Array {
  return Uint32Array.from(rows, (at) => column[at] ?? 0);
}

/** A batch that hangs is lost as a whole, so batches are small. */
const BATCH_SIZE = 8;
/** Batches read at the same time. If all of them hang, libuv's pool of four still has a thread for everything else. */
const MAX_READERS = 3;

/** Facts about processes, in order, without those that did not answer in time; `late` is their number. */
export async function readFacts(
  pids: Uint32Array,
  tasks: Uint32Array,
  deadline: Deadline,
  procRoot = '/proc',
): Promise<{ readonly facts: ProcessFacts[]; readonly late: number }> {
  const facts = new Map<number, ProcessFacts>();
  const key = (at: number): string => `${procRoot}/${pids[at]}`;
  const readable = Array.from(pids.keys()).filter((at) => !deadline.isAbandoned(key(at)));
  const isBusy = (at: number): boolean => isInProgress(key(at));
  // Those that another call is waiting for come last and in batches of their own, so that they do not delay the others.
  const batches = [...chunk(readable.filter((at) => !isBusy(at))), ...chunk(readable.filter(isBusy))];
  const readBatches = async (): Promise<void> => {
    while (!deadline.isOver) {
      const batch = batches.shift();
      if (batch === undefined) return;
      const read = () => native().processFacts(procRoot, select(pids, batch), select(tasks, batch));
      const answers = await deadline.read(batch.map(key), read, () => []);
      for (const [index, answer] of answers.entries()) facts.set(batch[index] ?? 0, answer);
    }
  };
  await Promise.all(Array.from({ length: MAX_READERS }, readBatches));
  return {
    facts: await withNodesCgroups(withoutTitles(Array.from(pids.keys()).flatMap((at) => facts.get(at) ?? []))),
    late: pids.length - facts.size,
  };
}

function chunk(items: readonly number[]): number[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, at) =>
    items.slice(at * BATCH_SIZE, (at + 1) * BATCH_SIZE),
  );
}

async function searchProc(
  procRoot: string,
  inodes: Uint32Array,
  notes: readonly CoverageFault[],
  deadline: Deadline,
): Promise<FoundOwners> {
  const [rows, isHidden, bootTime] = await Promise.all([
    deadline.step().read([procRoot], () => native().findOwners(procRoot, inodes), fail),
    hidesProcesses(procRoot),
    readBootTime(),
  ]);
  // With hidepid, not even the number of hidden processes is known.
  const unreadable = isHidden ? Math.max(1, rows.unreadable) : rows.unreadable;
  const hidden: CoverageFault[] = isHidden ? [{ code: 'hidepid', params: {} }] : [];
  const facts = await withNodesCgroups(withoutTitles(rows.facts));
  return {
    ...rows,
    facts,
    unreadable,
    late: 0,
    confinement: unreadable > 0 ? await confinement() : null,
    via: '/proc',
    notes: [...notes, ...hidden],
    bootTime,
  };
}

/** Every PID namespace has a process 1; if it cannot be seen, /proc hides others as well (hidepid, proc(5)). */
async function hidesProcesses(procRoot: string): Promise<boolean> {
  if (procRoot !== '/proc') return false;
  return stat('/proc/1').then(
    () => false,
    () => true,
  );
}
