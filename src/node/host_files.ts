import { basename, dirname, join, resolve } from 'node:path';
import { faultOf } from '../base/coverage.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { Deadline } from '../base/deadline.js';
import { errnoMessage, messageOf, SockwatchError } from '../base/errors.js';
import { lstat, readdir, readlink, stat } from '../base/files.js';
import { printable, textOf } from '../base/text.js';
import { native } from '../kernel/addon.js';
import { isAbsence, type Mounts, readMounts, resolveLocally } from '../kernel/mounts.js';
import { type SocketFile, statSocketFile } from '../kernel/sockets/socket_file.js';
import type { FileText } from './file_text.js';

/** An arguments file has a few hundred bytes, and a CNI directory a few files. */
const MAX_BYTES = 64 * 1024;

/** The files of the node, which in a container are below some directory. Paths are as on the node. */
export class HostFiles {
  /** Empty where it is our own root. */
  readonly #root: string;
  readonly #mounts: Mounts;

  constructor(root: string, mounts: Mounts) {
    this.#root = root;
    this.#mounts = mounts;
  }

  /** The text of a regular file; links are followed below the root. Nothing is asked of other machines or of FUSE. */
  async text(path: string): Promise<FileText> {
    try {
      const file = await this.#resolve(path);
      if (file === null) return unreadable(path, 'EREMOTE');
      const stats = await lstat(file);
      if (!stats.isFile()) return unreadable(path, stats.isDirectory() ? 'EISDIR' : 'EINVAL');
      if (stats.size > MAX_BYTES) return unreadable(path, 'EFBIG');
      // Read by the addon: a worker thread that is terminated while Node.js opens a file leaves the file open.
      return { state: 'read', text: textOf(await native().readInNetns(null, file)) };
    } catch (error) {
      return isAbsence(error) ? { state: 'absent' } : { state: 'unreadable', fault: fault(path, error) };
    }
  }

  /** Whether there is a file; null: that cannot be seen. */
  async exists(path: string): Promise<boolean | null> {
    try {
      const file = await this.#resolve(path);
      if (file === null) return null;
      await stat(file);
      return true;
    } catch (error) {
      return isAbsence(error) ? false : null;
    }
  }

  /** Whether there is a link of this name, wherever it leads; null: that cannot be seen. */
  async hasLink(path: string): Promise<boolean | null> {
    try {
      const directory = await this.#resolve(dirname(path));
      if (directory === null) return null;
      await readlink(join(directory, basename(path)));
      return true;
    } catch (error) {
      return isAbsence(error) ? false : null;
    }
  }

  /** Names in a directory; empty if there is none, null if it cannot be read. */
  async names(path: string): Promise<readonly string[] | null> {
    try {
      const directory = await this.#resolve(path);
      return directory === null ? null : (await readdir(directory)).slice(0, MAX_NAMES);
    } catch (error) {
      return isAbsence(error) ? [] : null;
    }
  }

  /** When a file was last changed, ISO 8601; a socket file when it was made. null: that cannot be seen. */
  async changedAt(path: string): Promise<string | null> {
    const file = await this.#resolve(path).catch(() => null);
    if (file === null) return null;
    return lstat(file).then(
      ({ mtime }) => mtime.toISOString(),
      () => null,
    );
  }

  /** Where a path of the node is here. */
  at(path: string): string {
    return `${this.#root}${path}`;
  }

  /** What is at a path where a unix socket should be. */
  socketFile(path: string, deadline: Deadline): Promise<SocketFile> {
    return statSocketFile(path, this.#mounts, deadline, this.#root);
  }

  async #resolve(path: string): Promise<string | null> {
    const resolved = await resolveLocally(path, this.#mounts, this.#root);
    return resolved === null ? null : `${this.#root}${resolved}`;
  }
}

/** A node has hundreds of containers, and logs of those before them. */
const MAX_NAMES = 10_000;

function unreadable(path: string, errno: string): FileText {
  return {
    state: 'unreadable',
    fault: { code: 'system-call-failed', params: { syscall: 'open', subject: path, errno } },
  };
}

function fault(path: string, error: unknown): CoverageFault {
  const found = faultOf(error);
  return found.code === 'system-call-failed' ? { ...found, params: { ...found.params, subject: path } } : found;
}

/** What an installation leaves on the disk: the snap, its data, or its units. */
const INSTALLED: readonly string[] = [
  '/var/snap/k8s',
  '/snap/k8s',
  '/var/lib/snapd/snap/k8s',
  '/etc/systemd/system/snap.k8s.k8sd.service',
];

/** Whether anything of Canonical Kubernetes is installed; null: that could not be seen. */
export async function readIsInstalled(files: HostFiles): Promise<boolean | null> {
  const states = await Promise.all(INSTALLED.map((file) => files.exists(file)));
  return states.includes(true) ? true : states.includes(null) ? null : false;
}

/** The files of the node, and whether they may be those of a container instead. */
export interface FoundFiles {
  readonly files: HostFiles;
  readonly isInstalled: boolean | null;
  /** Another mount namespace has the files of the node, and cannot be entered from here. */
  readonly isUnseen: boolean;
}

/**
 * The files below `hostRoot`; null: our own, unless nothing is installed there and the first process has another mount namespace.
 * In a container, that is where the node's files are.
 */
export async function findHostFiles(hostRoot: string | null, mounts: Mounts): Promise<FoundFiles> {
  const real = hostRoot === null ? '/' : await realRoot(hostRoot, mounts);
  if (real === null) return { files: new HostFiles('', mounts), isInstalled: null, isUnseen: true };
  const root = real === '/' ? '' : real;
  const files = new HostFiles(root, root === '' ? mounts : below(root, mounts));
  const isInstalled = await readIsInstalled(files);
  if (hostRoot !== null || isInstalled === true) return { files, isInstalled, isUnseen: false };
  const [own, first] = await Promise.all([mountNamespace('self'), mountNamespace(1)]);
  if (own !== null && own === first) return { files, isInstalled, isUnseen: false };
  const there = new HostFiles('/proc/1/root', await readMounts(1));
  const isThere = first === null ? null : await readIsInstalled(there);
  // Our own root may be the node's all the same, as without permission to look at the first process.
  if (isThere === null) return { files, isInstalled, isUnseen: first === null ? false : isInstalled === false };
  return isThere ? { files: there, isInstalled: true, isUnseen: false } : { files, isInstalled, isUnseen: false };
}

/**
 * The directory without links, as it is among the mounts; null on a file system that another machine or a process answers for.
 * @throws SockwatchError ERR_USAGE where it is no directory
 */
async function realRoot(hostRoot: string, mounts: Mounts): Promise<string | null> {
  const root = await resolveLocally(resolve(hostRoot), mounts);
  if (root === null) return null;
  const why = await stat(root).then(
    (stats) => (stats.isDirectory() ? null : 'it is no directory'),
    (error: unknown) => errnoMessage(error) ?? messageOf(error),
  );
  if (why === null) return root;
  throw new SockwatchError('ERR_USAGE', `cannot look for the files of the node in ${printable(hostRoot)}: ${why}`, {
    hint: 'name the directory at which the file system of the node is mounted, such as /host',
  });
}

function mountNamespace(pid: number | 'self'): Promise<string | null> {
  return readlink(`/proc/${pid}/ns/mnt`).catch(() => null);
}

/** Mounts as seen from a directory. */
function below(root: string, mounts: Mounts): Mounts {
  return new Map(
    [...mounts].flatMap(([point, mount]) => {
      if (point === root) return [['/', mount] as const];
      return point.startsWith(`${root}/`) ? [[point.slice(root.length), mount] as const] : [];
    }),
  );
}
