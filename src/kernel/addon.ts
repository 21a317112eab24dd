import { messageOf, SockwatchError } from '../base/errors.js';
import { ADDON_REMEDIES, loadAddon } from './addon_file.js';

/**
 * The columns of a TCP or UDP dump, one element per socket, as native/socket_columns.h defines them. `address` has 16 bytes per socket;
 * 255 in `v6only` and 2^32-1 in `uid` and `drops` mean that the kernel did not say. `timeWait` is how many milliseconds a closed
 * connection stays, 2^32-1 for everything else.
 */
export interface InetColumns {
  readonly count: number;
  readonly family: Uint8Array;
  readonly state: Uint8Array;
  readonly v6only: Uint8Array;
  readonly address: Uint8Array;
  readonly port: Uint16Array;
  readonly device: Uint32Array;
  readonly uid: Uint32Array;
  readonly inode: Uint32Array;
  readonly rqueue: Uint32Array;
  readonly wqueue: Uint32Array;
  readonly drops: Uint32Array;
  readonly timeWait: Uint32Array;
  readonly cookie: BigUint64Array;
  readonly cgroup: BigUint64Array;
}

/** The columns of a unix dump; `names` is all names concatenated, each ending at its `nameEnd`. */
export interface UnixColumns {
  readonly count: number;
  readonly type: Uint8Array;
  readonly state: Uint8Array;
  readonly uid: Uint32Array;
  readonly inode: Uint32Array;
  readonly rqueue: Uint32Array;
  readonly wqueue: Uint32Array;
  readonly fileDevice: Uint32Array;
  readonly fileInode: Uint32Array;
  readonly cookie: BigUint64Array;
  readonly nameEnd: Uint32Array;
  readonly names: Uint8Array;
}

/** Column values where the kernel did not say (native/socket_columns.h). */
export const V6ONLY_UNKNOWN = 255;
export const DROPS_UNKNOWN = 0xffff_ffff;
export const UID_UNKNOWN = 0xffff_ffff;
export const NOT_TIME_WAIT = 0xffff_ffff;

export interface DumpOutcome {
  /** The table changed under every attempt: entries may be missing. */
  readonly interrupted: boolean;
  readonly attempts: number;
}

/** How a captured dump ended: `done` is false if its end is missing; `error` is an errno or 0. */
export interface DecodeOutcome {
  readonly interrupted: boolean;
  readonly done: boolean;
  readonly malformed: boolean;
  readonly error: number;
}

export interface ProcessFacts {
  readonly pid: number;
  readonly comm: Uint8Array | null;
  readonly exe: Uint8Array | null;
  /** `exe` could not be read for lack of permission. */
  readonly exeDenied: boolean;
  readonly argv0: Uint8Array | null;
  /** The content of /proc/PID/cgroup. */
  readonly cgroup: Uint8Array | null;
  /** Start time in milliseconds since the machine booted. */
  readonly startMs: number | null;
}

export interface OwnerRows {
  /** Three columns of equal length: descriptor `fd` of process `pid` is socket `inode`. */
  readonly inode: Uint32Array;
  readonly pid: Uint32Array;
  readonly fd: Uint32Array;
  /** One per process in `pid`. */
  readonly facts: readonly ProcessFacts[];
  readonly processes: number;
  /** Processes whose descriptors could not be read (permission). */
  readonly unreadable: number;
}

/**
 * One pass of the eBPF iterator, four columns of equal length: descriptor `fd` of process `pid` (0: not in our PID namespace) is
 * socket `inode`; `task` is a living thread of the process. In order of pid and fd.
 */
export interface OwnerPass {
  readonly inode: Uint32Array;
  readonly pid: Uint32Array;
  readonly task: Uint32Array;
  readonly fd: Uint32Array;
  /** When it ended, in milliseconds since the machine booted. */
  readonly endedMs: number;
  /** Sockets with a local port, in any state, of the namespace that was asked for. */
  readonly tcp: InetColumns;
  readonly udp: InetColumns;
}

/** What the event programs saw (native/bpf/event_record.h). Numbers that do not apply are 0. */
export interface KernelEvent {
  /** Milliseconds since the epoch, by the kernel's clock. */
  readonly at: number;
  /** The same moment on CLOCK_BOOTTIME, as start times of processes are. */
  readonly sinceBootMs: number;
  /** 0: the kernel has not assigned one yet. */
  readonly cookie: bigint;
  /** cgroup2 id of the process. */
  readonly cgroup: bigint;
  /** 1: opened, 2: closed, 3: bind failed, 4: listen failed. */
  readonly kind: number;
  /** 0: it is not in our PID namespace. */
  readonly pid: number;
  /** 2^32-1: unknown. */
  readonly fd: number;
  readonly netns: number;
  readonly inode: number;
  readonly device: number;
  readonly error: number;
  readonly family: number;
  readonly type: number;
  readonly protocol: number;
  readonly port: number;
  readonly v6only: number;
  readonly address: Uint8Array;
  /** Name of a unix socket: an abstract one starts with NUL, a path ends with it. */
  readonly name: Uint8Array;
  readonly comm: Uint8Array;
}

export interface EventStream {
  /** How the kernel reports events. fexit sees more, and costs other processes nothing; tracepoints are the fallback. */
  readonly method: 'fexit' | 'tracepoint';
  /**
   * The oldest events, at most 4096 of them, and how many have been dropped since the last call: `lost` for want of room, `suppressed`
   * because one user or cgroup caused too many. Calls onReady again if there are more.
   */
  take(): { readonly events: readonly KernelEvent[]; readonly lost: number; readonly suppressed: number };
  /** Unloads the programs. */
  close(): void;
}

/** A network namespace that is held open: its path may come to show another one. */
export interface Netns {
  readonly inode: bigint;
  /** What reads it meanwhile goes on; what starts later fails with EBADF. */
  close(): void;
}

/** NETLINK_ROUTE and NETLINK_GENERIC (include/uapi/linux/netlink.h). */
export type NetlinkProtocol = 0 | 16;

/** Payloads of netlink messages, one after the other; each ends at its element of `ends`. */
export interface NetlinkPayloads extends DumpOutcome {
  readonly payloads: Uint8Array;
  readonly ends: Uint32Array;
}

/**
 * The addon's dumps, which can make the kernel load a module. Call them through sockets/sock_diag.ts, which does not let that happen.
 */
export interface SockDiagAddon {
  dumpInet(netns: Netns | null, family: number, protocol: number, states: number): Promise<InetColumns & DumpOutcome>;
  dumpUnix(netns: Netns | null, states: number): Promise<UnixColumns & DumpOutcome>;
}

/** native/addon.cc, but for SockDiagAddon. A `netns` is null for the caller's own. */
export interface Addon {
  decodeInet(bytes: Uint8Array): InetColumns & DecodeOutcome;
  decodeUnix(bytes: Uint8Array): UnixColumns & DecodeOutcome;
  /**
   * A netlink dump; `subject` names it in errors. An errno of the kernel's is an error of the system call NLMSG_ERROR. Rejects any
   * other protocol: it could make the kernel load a module.
   */
  dumpNetlink(
    netns: Netns | null,
    protocol: NetlinkProtocol,
    type: number,
    payload: Uint8Array,
    subject: string,
  ): Promise<NetlinkPayloads>;
  /** Calls back after links, addresses or routes of a namespace have changed. Returns a function that ends it. */
  watchRoutes(netns: Netns | null, onChange: () => void): () => void;
  /** Throws where the path is no network namespace, or it cannot be entered. */
  openNetns(path: string): Netns;
  /** Inode number of the calling thread's network namespace. */
  ownNetnsInode(): bigint;
  /**
   * The descriptor of a TCP socket of that namespace, connected to a numeric address; the caller closes it. Rejects with ETIMEDOUT after
   * that time.
   */
  connectTcp(netns: Netns | null, address: string, port: number, ms: number): Promise<number>;
  readInNetns(netns: Netns | null, path: string): Promise<Uint8Array>;
  findOwners(procRoot: string, inodes: Uint32Array): Promise<OwnerRows>;
  /** `tasks`: a living thread of each process; mostly the main one, whose id is the pid. */
  processFacts(procRoot: string, pids: Uint32Array, tasks: Uint32Array): Promise<ProcessFacts[]>;
  /**
   * The owners of listeners, or with the inode number of a network namespace of connected sockets as well, and the sockets of that
   * namespace. Absent in a build without eBPF.
   */
  iterateOwners?(netns: number | null): Promise<OwnerPass>;
  /**
   * Absent in a build without eBPF. Throws where the kernel refuses the programs. `onReady` is called once there are events, and not
   * again before they were taken. `netns`: the inode number of the network namespace to report, null for all.
   */
  openEvents?(onReady: () => void, netns: number | null): EventStream;
  /** Names a file that was opened without a name (linkat(2)); throws if the name exists. */
  linkOpenFile(fd: number, path: string): void;
  /** Ends the process after that time, with the message on standard error, even if threads hang. */
  exitAfter(ms: number, code: number, message: string): void;
  /** Ends the process at once. process.exit() would wait for threads that hang in the kernel. */
  exitNow(code: number): never;
}

/** What the addon throws and rejects with: like Node's system errors. */
export interface KernelError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** Not one of ours that was made of it. */
export function isKernelError(thrown: unknown): thrown is KernelError {
  if (thrown instanceof SockwatchError) return false;
  return thrown instanceof Error && 'syscall' in thrown && 'errno' in thrown && 'code' in thrown;
}

let loaded: Addon | null = null;

/**
 * The addon, loaded at the first call.
 * @throws SockwatchError ERR_NATIVE_LOAD, with remedies, where neither fits this machine
 */
export function native(): Addon {
  if (loaded === null) {
    try {
      loaded = loadAddon() as Addon;
    } catch (thrown) {
      throw new SockwatchError('ERR_NATIVE_LOAD', `cannot load the native addon: ${messageOf(thrown)}`, {
        hint: ADDON_REMEDIES,
        cause: thrown,
      });
    }
  }
  return loaded;
}

/** Ends the process at once. Without the addon no thread of ours can hang, so Node can end it. */
export function endProcess(code: number): never {
  let addon: Addon;
  try {
    addon = native();
  } catch {
    return process.exit(code);
  }
  return addon.exitNow(code);
}

/** Whether the addon was built with eBPF; the kernel may still refuse it. */
export function hasBpf(): boolean {
  return native().openEvents !== undefined;
}
