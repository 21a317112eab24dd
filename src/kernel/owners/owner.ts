import type { TextField } from '../../base/text.js';
import type { Listener } from '../sockets/listener.js';

/** The kernel keeps 15 bytes of a process's name (TASK_COMM_LEN, include/linux/sched.h); longer ones are cut. */
export const COMM_LENGTH = 15;

/** What of a process is not its own choice. */
export interface ProcessOwnerFields {
  readonly kind: 'process';
  readonly pid: number;
  /** null where it is known who opened the socket, and not under which number: in lines of --follow. */
  readonly fd: number | null;
  /** systemd unit from the cgroup, such as `snap.k8s.kubelet.service`. */
  readonly unit: string | null;
  /** Kubernetes pod uid from the cgroup. */
  readonly pod: string | null;
  /** Container id from the cgroup. */
  readonly container: string | null;
  /** When the process started, ISO 8601; null where /proc/PID/stat could not be read. */
  readonly startedAt: string | null;
}

/**
 * A process that holds a socket, with what /proc says of it at the time of the snapshot. `comm` is what the process
 * calls itself, at most 15 bytes; `exe` the target of /proc/PID/exe; `cgroup` the cgroup2 path, or that of the systemd
 * hierarchy on cgroup v1. Each is null where it could not be read.
 */
export type ProcessOwner = ProcessOwnerFields &
  TextField<'comm'> &
  TextField<'exe'> &
  TextField<'argv0'> &
  TextField<'cgroup'>;

/** The kernel itself, with the network device that proves it. */
export interface KernelOwner {
  readonly kind: 'kernel';
  readonly device: string;
  /** `vxlan`, `geneve`, `wireguard`, … as rtnetlink names it. */
  readonly deviceKind: string;
}

/** Whoever holds a socket. */
export type Owner = ProcessOwner | KernelOwner;

/**
 * Why `owners` is empty. `permission`: some processes could not be read, the holder may be among them. `not-found`:
 * every process that can be seen was read, none holds it (another PID namespace, or the kernel without a device that
 * would prove it). `not-looked`: nobody looked.
 */
export type OwnersUnknown = 'permission' | 'not-found' | 'not-looked';

/** The cgroup in which a socket was made; it outlives moves of the process and can be read without root. */
export type Origin = TextField<'cgroup'> & {
  readonly unit: string | null;
  readonly pod: string | null;
  readonly container: string | null;
};

/** A listener together with who holds it. `ownersUnknown` is null exactly when `owners` is not empty. */
export type OwnedListener = Listener & {
  readonly owners: readonly Owner[];
  readonly ownersUnknown: OwnersUnknown | null;
  /** Where the socket was made, looked up only where the holder could not be seen. */
  readonly origin: Origin | null;
};
