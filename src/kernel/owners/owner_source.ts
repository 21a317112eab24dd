import { stat } from 'node:fs/promises';
import { type Deadline, isUnanswered, NO_DEADLINE } from '../../base/deadline.js';
import { SockwatchError } from '../../base/errors.js';
import { type HolderPass, type Holders, native, type ProcessFacts, takeEarlyPass } from '../addon.js';
import { explainRefusal } from './bpf_refusal.js';

/** How holders are found. `auto` takes the best way that works. */
export type OwnersMode = 'auto' | 'bpf' | 'proc' | 'none';

/** Holders, by what way they were found, and why not by a better one. */
export interface FoundHolders extends Holders {
  /** Processes that hold some of the sockets and of which nothing more could be read in time. */
  readonly late: number;
  readonly via: 'bpf' | '/proc';
  readonly note: string | null;
}

/**
 * Finds every holder of the sockets with these inode numbers. Of `kernels`, which are among them, it is known that they may have
 * none.
 */
export type FindHolders = (inodes: Uint32Array, kernels?: ReadonlySet<number>) => Promise<FoundHolders>;

export interface HolderOptions {
  /** Where facts about processes come from; default: /proc. */
  readonly procRoot?: string;
  /** Holders of connected sockets can be asked for, too; default: only of those that listen, or may. */
  readonly everyState?: boolean;
  /** Until when facts about processes are waited for. Without them a holder is known by its number alone. */
  readonly deadline?: Deadline;
}

/**
 * The way of finding holders that was asked for. Where it is eBPF, the first pass over all descriptors begins with this call,
 * so that it goes on while the tables are read.
 */
export function startHolders(
  mode: OwnersMode,
  { procRoot = '/proc', everyState = false, deadline = NO_DEADLINE }: HolderOptions = {},
): FindHolders {
  switch (mode) {
    case 'bpf':
      return iteratorFinder(procRoot, everyState, deadline);
    case 'proc':
    case 'none':
      return (inodes) => byProc(procRoot, inodes, null, deadline);
    case 'auto': {
      const byIterator = iteratorFinder(procRoot, everyState, deadline);
      return (inodes, kernels) =>
        byIterator(inodes, kernels).catch((error: unknown) => {
          if (!(error instanceof SockwatchError)) throw error;
          return byProc(procRoot, inodes, error.message, deadline);
        });
    }
  }
}

function iteratorFinder(procRoot: string, everyState: boolean, deadline: Deadline): FindHolders {
  let early: Promise<HolderPass> | null = iterate(everyState);
  // Whoever waits for it is told; it may fail before anybody does.
  early.catch(() => {});
  return async (inodes, kernels = new Set()) => {
    const wanted = new Set(inodes);
    const begun = early;
    early = null;
    let pass = await (begun ?? iterate(everyState));
    // What opened after the early pass went by its process is not in it.
    if (begun !== null && lacks(pass, wanted, kernels)) pass = await iterate(everyState);
    return holdersIn(pass, wanted, procRoot, deadline);
  };
}

/** @throws SockwatchError ERR_KERNEL that says why the iterator cannot be had */
async function iterate(everyState: boolean): Promise<HolderPass> {
  const { iterateOwners } = native();
  if (iterateOwners === undefined) {
    throw new SockwatchError('ERR_KERNEL', 'eBPF was not used: this build leaves it out');
  }
  try {
    return await ((everyState ? null : takeEarlyPass()) ?? iterateOwners(everyState));
  } catch (error) {
    throw new SockwatchError('ERR_KERNEL', `eBPF was not used: ${await explainRefusal(error)}`, { cause: error });
  }
}

function lacks({ inode }: HolderPass, wanted: ReadonlySet<number>, kernels: ReadonlySet<number>): boolean {
  const seen = new Set(inode);
  return [...wanted].some((one) => !seen.has(one) && !kernels.has(one));
}

/** Of a pass, what concerns the wanted sockets, with facts about each process. */
async function holdersIn(
  pass: HolderPass,
  wanted: ReadonlySet<number>,
  procRoot: string,
  deadline: Deadline,
): Promise<FoundHolders> {
  const rows = Array.from(pass.inode.keys()).filter((at) => wanted.has(pass.inode[at] ?? 0) && pass.pid[at] !== 0);
  // In order of pid, so that the first row of each is where it differs from the one before.
  const firsts = rows.filter((at, index) => pass.pid[at] !== pass.pid[rows[index - 1] ?? -1]);
  const { facts, late } = await readFacts(column(pass.pid, firsts), column(pass.task, firsts), deadline, procRoot);
  return {
    inode: column(pass.inode, rows),
    pid: column(pass.pid, rows),
    fd: column(pass.fd, rows),
    facts,
    processes: firsts.length,
    unreadable: 0,
    late,
    via: 'bpf',
    note: null,
  };
}

/** Of a column, these rows. */
function column(values: Uint32Array, chosen: readonly number[]): Uint32Array {
  return Uint32Array.from(chosen, (at) => values[at] ?? 0);
}

const UNREAD = 'unread';
/** So few at a time that one process that does not answer takes few others with it. */
const FACTS_AT_ONCE = 8;
/** So many at the same time at most, that threads of libuv's pool are left for all else when some of them hang. */
const READERS = 3;

/** Facts about processes, in order, without those that did not answer in time, and how many these are. */
export async function readFacts(
  pids: Uint32Array,
  tasks: Uint32Array,
  deadline: Deadline,
  procRoot = '/proc',
): Promise<{ readonly facts: ProcessFacts[]; readonly late: number }> {
  const facts = Array.from(pids, (): ProcessFacts | typeof UNREAD => UNREAD);
  const question = (at: number): string => `${procRoot}/${pids[at]}`;
  const asked = Array.from(pids.keys()).filter((at) => !isUnanswered(question(at)));
  let next = 0;
  const read = async (): Promise<void> => {
    while (next < asked.length && !deadline.isOver) {
      const some = asked.slice(next, next + FACTS_AT_ONCE);
      next += FACTS_AT_ONCE;
      const ask = () => native().processFacts(procRoot, column(pids, some), column(tasks, some));
      const answers = await deadline.ask(some.map(question), ask, () => []);
      for (const [index, answer] of answers.entries()) facts[some[index] ?? 0] = answer;
    }
  };
  await Promise.all(Array.from({ length: READERS }, read));
  const answered = facts.filter((one) => one !== UNREAD);
  return { facts: answered, late: facts.length - answered.length };
}

/** @throws Error where it does not answer in time */
async function byProc(
  procRoot: string,
  inodes: Uint32Array,
  note: string | null,
  deadline: Deadline,
): Promise<FoundHolders> {
  const walk = (): Promise<Holders | string> => native().findOwners(procRoot, inodes);
  const [holders, isHidden] = await Promise.all([
    deadline.ask<Holders | string>([procRoot], walk, (why) => why),
    hidesProcesses(procRoot),
  ]);
  if (typeof holders === 'string') throw new Error(holders);
  // At least one process is there and cannot even be counted.
  const unreadable = isHidden ? Math.max(1, holders.unreadable) : holders.unreadable;
  const notes = [note, isHidden ? 'processes of other users are hidden (/proc is mounted with hidepid)' : null];
  const told = notes.filter((one) => one !== null).join('; ');
  return { ...holders, unreadable, late: 0, via: '/proc', note: told === '' ? null : told };
}

/** Every PID namespace has a first process; where it is not to be seen, others are not either (proc(5), hidepid). */
async function hidesProcesses(procRoot: string): Promise<boolean> {
  if (procRoot !== '/proc') return false;
  return stat('/proc/1').then(
    () => false,
    () => true,
  );
}
