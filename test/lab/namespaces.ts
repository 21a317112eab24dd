import { dirname, join } from 'node:path';
import { Child, mustRun } from './child.js';

export interface Entry {
  /** The lab's network namespace, or that of this process. */
  readonly network: 'lab' | 'host';
  /** Directory of the cgroup to run in; null for that of this process. */
  readonly cgroup: string | null;
  /** User and group to run as. */
  readonly uid: number;
}

/** Enters the cgroup and executes the command, unless the parent died before PR_SET_PDEATHSIG took effect. */
const ENTER = 'test "$PPID" = "$1" && { test -z "$2" || echo 0 > "$2/cgroup.procs"; } && shift 2 && exec "$@"';

/** Entering a mount namespace changes the working directory to its root. */
const RESTORE = 'cd "$1" && shift && exec "$@"';

/** The directory of the node's programs, the same as on a real node. */
export const BIN = '/opt/k8s/bin';

/**
 * Sets up the mount namespace: a private directory at $1, a tmpfs at $2, the contents of $3 at $4, and each further directory with
 * its contents below $6. If such a directory does not exist on the machine, it must not be created there: the nearest existing
 * parent is replaced by a tmpfs, with its former contents bind-mounted into it. (mount -n, because mount would
 * otherwise create /run/mount.)
 */
const PREPARE_MOUNTS = `
private() {
  parent=$1
  while ! test -d "$parent"; do parent=$(dirname "$parent"); done
  if test "$parent" = "$1"; then mount -n -t tmpfs -o mode=755 lab "$1"; return; fi
  if test "$parent" = /; then echo "no directory above $1 exists but /" >&2; exit 1; fi
  stage=$2/stage
  mkdir "$stage"
  mount -n -t tmpfs lab "$stage"
  chmod --reference="$parent" "$stage"
  in_parent() { find "$parent" -mindepth 1 -maxdepth 1 "$@"; }
  in_parent -type l -exec cp -P -t "$stage" -- {} +
  in_parent -type d -printf "$stage/%f\\0" | xargs -0 -r mkdir --
  in_parent ! -type d ! -type l -printf "$stage/%f\\0" | xargs -0 -r touch --
  # One program for all of them.
  in_parent ! -type l -printf "%p\\t$stage/%f\\tnone\\trbind\\n" | sed 's/ /\\\\040/g' > "$2/fstab"
  mount -n -a -T "$2/fstab"
  mount -n --move "$stage" "$parent"
  rmdir "$stage"
  mkdir -p "$1"
}
mount -n -t tmpfs -o mode=755 lab "$2"
socket=$1 state=$2 bin=$3 cgroups=$5 disk=$6
private "$4" "$state"
mount -n --bind "$bin" "$4"
# As seen from the cgroup namespace: its root is the node's.
umount -n -l "$cgroups"
mount -n -t cgroup2 cgroup2 "$cgroups"
shift 6
for directory; do
  private "$directory" "$state"
  mount -n --bind "$disk$directory" "$directory"
done
test -z "$socket" || private "$socket" "$state"
`;

/**
 * A network, a mount and a cgroup namespace, kept alive only by their processes: no file in /run/netns refers to them, so they end
 * with the last process. Paths of cgroups are those of a node.
 */
export class Namespaces {
  readonly #keeper: Child;

  private constructor(keeper: Child) {
    this.#keeper = keeper;
  }

  /** @param cgroup the directory of the cgroup that becomes the root of the cgroup namespace */
  static async create(logFile: string, cgroup: string): Promise<Namespaces> {
    const argv = [
      ...['setpriv', '--pdeathsig', 'KILL'],
      ...['sh', '-c', ENTER, 'sh', String(process.pid), cgroup],
      ...['unshare', '--net', '--mount', '--cgroup', '--propagation', 'private'],
      // cat exits at the end of its standard input, that is when this process does.
      ...['sh', '-c', 'echo ready && exec cat'],
    ];
    const keeper = new Child('namespaces', argv, logFile);
    await keeper.whileAlive('creating namespaces', keeper.firstLine());
    return new Namespaces(keeper);
  }

  get pid(): number {
    return this.#keeper.pid;
  }

  get netns(): string {
    return `/proc/${this.pid}/ns/net`;
  }

  /**
   * @param socketPath the directory of this socket is a private one; null: there is none
   * @param state an empty directory, on which a tmpfs is mounted inside
   * @param bin the directory mounted at BIN inside
   * @param cgroupRoot where cgroup2 is mounted
   * @param disk has the contents of `directories`, which are mounted there inside
   */
  async prepareMounts(
    socketPath: string | null,
    state: string,
    bin: string,
    cgroupRoot: string,
    disk: string,
    directories: readonly string[],
  ): Promise<void> {
    const here: Entry = { network: 'host', cgroup: null, uid: 0 };
    const socket = socketPath === null ? '' : dirname(socketPath);
    const paths = [socket, state, bin, BIN, cgroupRoot, disk, ...directories];
    await mustRun('making private directories', this.enter(here, ['sh', '-euc', PREPARE_MOUNTS, 'sh', ...paths]));
  }

  /** The path through which a file inside is accessible from outside. */
  path(inside: string): string {
    return join(`/proc/${this.pid}/root`, inside);
  }

  /** The command line that runs `argv` inside, as a direct child that dies with this process. */
  enter(entry: Entry, argv: readonly string[]): string[] {
    const root = `/proc/${this.pid}/ns`;
    const network = entry.network === 'lab' ? [`--net=${root}/net`] : [];
    // Changing the user clears PR_SET_PDEATHSIG, so it is set again.
    const user = ['setpriv', `--reuid=${entry.uid}`, `--regid=${entry.uid}`, '--clear-groups', '--pdeathsig', 'KILL'];
    return [
      ...['setpriv', '--pdeathsig', 'KILL'],
      ...['sh', '-c', ENTER, 'sh', String(process.pid), entry.cgroup ?? ''],
      ...['nsenter', `--mount=${root}/mnt`, `--cgroup=${root}/cgroup`, ...network],
      ...['sh', '-c', RESTORE, 'sh', process.cwd()],
      ...(entry.uid === 0 ? [] : user),
      ...argv,
    ];
  }

  async close(): Promise<void> {
    await this.#keeper.kill();
  }
}
