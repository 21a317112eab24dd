import type { TextField } from '../../base/text.js';
import type { Listener } from '../sockets/listener.js';

/** The kernel truncates the name of a process to 15 bytes (TASK_COMM_LEN, include/linux/sched.h). */
export const COMM_LENGTH = 15;

/** Names of a pod, where kubelet's log files give them: to be shown. Nothing is recognized by them. */
export interface PodName {
  readonly podNamespace?: string;
  readonly podName?: string;
  readonly containerName?: string;
}

/** What a process does not choose itself. */
export interface ProcessOwnerFields extends PodName {
  readonly kind: 'process';
  readonly pid: number;
  /** null: unknown, which occurs in kernel events only. */
  readonly fd: number | null;
  /** systemd unit from the cgroup, such as `snap.k8s.kubelet.service`. */
  readonly unit: string | null;
  /** Kubernetes pod uid from the cgroup. */
  readonly pod: string | null;
  /** Container id from the cgroup; in a bundle without cgroups that of the pod's sandbox. */
  readonly container: string | null;
  /**
   * Present in a bundle without cgroups, where trees of processes show it in no unit of the k8s snap, or in no pod either; `unclear`:
   * the trees do not have it, but are of different times.
   */
  readonly outsideOf?: 'units' | 'units-and-pods' | 'unclear';
  /** ISO 8601; null: /proc/PID/stat could not be read. */
  readonly startedAt: string | null;
  /** Present where nothing but `argv0` is known, as netstat prints it: whether it is the beginning of its base name only. */
  readonly isArgv0Cut?: boolean;
}

/**
 * A process that has a descriptor of a socket, as /proc describes it at the time of the snapshot. `comm` is the name that the process
 * gave itself, at most 15 bytes; `exe` the target of /proc/PID/exe; `cgroup` the cgroup2 path, or that of the systemd hierarchy on
 * cgroup v1. Each is null where it could not be read.
 */
export type ProcessOwner = ProcessOwnerFields &
  TextField<'comm'> &
  TextField<'exe'> &
  TextField<'argv0'> &
  TextField<'cgroup'>;

/** The kernel itself, for the network device that proves it. */
export interface KernelOwner {
  readonly kind: 'kernel';
  readonly device: string;
  /** `vxlan`, `geneve`, `wireguard`, … as rtnetlink names it. */
  readonly deviceKind: string;
}

/** Who has a socket. */
export type Owner = ProcessOwner | KernelOwner;

/**
 * Why `owners` is empty. `permission`: some processes could not be read, the owner may be among them. `confined`: so, and a
 * security module forbids it, with any capabilities. `not-found`: every visible process was read, none is the owner (it is in
 * another PID namespace, or the kernel without a device that proves it, or the socket is in a message with SCM_RIGHTS, unix(7)).
 * `not-looked`: owners were not looked up. `no-inode`: the table does not say for certain which socket it is.
 */
export type OwnersUnknown = 'permission' | 'confined' | 'not-found' | 'not-looked' | 'no-inode';

/**
 * The cgroup in which a socket was created; `cgroup` is null if it was removed, or is outside of our cgroup namespace. It stays when the
 * process moves, and can be read without root.
 */
export type Origin = TextField<'cgroup'> &
  PodName & {
    readonly unit: string | null;
    readonly pod: string | null;
    readonly container: string | null;
  };

/** A listener with its owners. `ownersUnknown` is null exactly when `owners` is not empty. */
export type OwnedListener = Listener & {
  readonly owners: readonly Owner[];
  readonly ownersUnknown: OwnersUnknown | null;
  /** Where the socket was created; looked up if its owner is unknown, or if a user other than root created it elsewhere. */
  readonly origin: Origin | null;
};
