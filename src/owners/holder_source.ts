import { stat } from 'node:fs/promises';
import { SockwatchError } from '../errors.js';
import { type Holders, native } from '../native.js';
import { explainRefusal } from './bpf_refusal.js';

/** How holders are found. `auto` takes the best way that works. */
export type OwnersMode = 'auto' | 'bpf' | 'proc' | 'none';

/** Holders, by what way they were found, and why not by a better one. */
export interface FoundHolders extends Holders {
  readonly via: 'bpf' | '/proc';
  readonly note: string | null;
}

/** Finds every holder of the sockets with these inode numbers. */
export type FindHolders = (inodes: Uint32Array) => Promise<FoundHolders>;

/** The way of finding holders that was asked for. Facts about processes come from `procRoot` either way. */
export function holderFinder(mode: OwnersMode, procRoot = '/proc'): FindHolders {
  switch (mode) {
    case 'bpf':
      return (inodes) => byIterator(procRoot, inodes);
    case 'proc':
    case 'none':
      return (inodes) => byProc(procRoot, inodes, null);
    case 'auto':
      return (inodes) =>
        byIterator(procRoot, inodes).catch((error: unknown) => {
          if (!(error instanceof SockwatchError)) throw error;
          return byProc(procRoot, inodes, error.message);
        });
  }
}

/** One pass of the eBPF iterator. @throws SockwatchError ERR_KERNEL that says why it cannot be had */
async function byIterator(procRoot: string, inodes: Uint32Array): Promise<FoundHolders> {
  const { iterateHolders } = native();
  if (iterateHolders === undefined) {
    throw new SockwatchError('ERR_KERNEL', 'eBPF was not used: this build leaves it out');
  }
  try {
    return { ...(await iterateHolders(procRoot, inodes)), via: 'bpf', note: null };
  } catch (error) {
    throw new SockwatchError('ERR_KERNEL', `eBPF was not used: ${await explainRefusal(error)}`, { cause: error });
  }
}

async function byProc(procRoot: string, inodes: Uint32Array, note: string | null): Promise<FoundHolders> {
  const [holders, isHidden] = await Promise.all([native().findHolders(procRoot, inodes), hidesProcesses(procRoot)]);
  // At least one process is there and cannot even be counted.
  const unreadable = isHidden ? Math.max(1, holders.unreadable) : holders.unreadable;
  const notes = [note, isHidden ? 'processes of other users are hidden (/proc is mounted with hidepid)' : null];
  const told = notes.filter((one) => one !== null).join('; ');
  return { ...holders, unreadable, via: '/proc', note: told === '' ? null : told };
}

/** Every PID namespace has a first process; where it is not to be seen, others are not either (proc(5), hidepid). */
async function hidesProcesses(procRoot: string): Promise<boolean> {
  if (procRoot !== '/proc') return false;
  return stat('/proc/1').then(
    () => false,
    () => true,
  );
}
