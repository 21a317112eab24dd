import { dirname, join } from 'node:path';
import { Child, mustRun } from './child.js';

export interface Entry {
  /** The lab's network namespace, or the one the test runs in. */
  readonly network: 'lab' | 'host';
  /** Directory of the cgroup to run in; null: the one we are in. */
  readonly cgroup: string | null;
  /** User and group to become. */
  readonly uid: number;
}

/**
 * Moves into the cgroup and becomes the command, unless whoever started us died before PR_SET_PDEATHSIG was in force.
 * Entering a mount namespace changes the working directory to its root, hence the way back.
 */
const ENTER =
  'test "$PPID" = "$1" && cd "$2" && { test -z "$3" || echo 0 > "$3/cgroup.procs"; } && shift 3 && exec "$@"';

/** Where the node has its programs: what is shown of them looks as on a real one. */
export const BIN = '/opt/k8s/bin';

/**
 * Gives the mount namespace a directory of its own at $1, a tmpfs for what is written at $2, and what is in $3 at $4. Where
 * $1 or $4 does not exist on this machine, it must not come into being there either: the nearest directory above is replaced
 * by a tmpfs with everything bound into it that it held before. (mount -n, because mount would otherwise make itself a
 * /run/mount.)
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
  for entry in "$parent"/* "$parent"/.[!.]*; do
    copy=$stage/$(basename "$entry")
    if test -L "$entry"; then cp -P "$entry" "$copy"
    elif test -d "$entry"; then mkdir "$copy"; mount -n --rbind "$entry" "$copy"
    elif test -e "$entry"; then touch "$copy"; mount -n --bind "$entry" "$copy"
    fi
  done
  mount -n --move "$stage" "$parent"
  rmdir "$stage"
  mkdir -p "$1"
}
mount -n -t tmpfs -o mode=755 lab "$2"
private "$1" "$2"
private "$4" "$2"
mount -n --bind "$3" "$4"
`;

/**
 * A network and a mount namespace, held by a process and by nothing else: no file in /run/netns refers to them, so they
 * vanish with the last process that is inside.
 */
export class Namespaces {
  readonly #holder: Child;

  private constructor(holder: Child) {
    this.#holder = holder;
  }

  static async create(logFile: string): Promise<Namespaces> {
    const argv = [
      ...['setpriv', '--pdeathsig', 'KILL'],
      ...['unshare', '--net', '--mount', '--propagation', 'private'],
      // cat ends with its standard input, that is with us.
      ...['sh', '-c', 'echo ready && exec cat'],
    ];
    const holder = new Child('namespaces', argv, logFile);
    await holder.whileAlive('creating namespaces', holder.firstLine());
    return new Namespaces(holder);
  }

  get pid(): number {
    return this.#holder.pid;
  }

  get netns(): string {
    return `/proc/${this.pid}/ns/net`;
  }

  /**
   * @param state an empty directory that becomes a tmpfs, visible inside only
   * @param bin what is to be seen at BIN inside
   */
  async prepareMounts(socketPath: string, state: string, bin: string): Promise<void> {
    const here: Entry = { network: 'host', cgroup: null, uid: 0 };
    const script = ['sh', '-euc', PREPARE_MOUNTS, 'sh', dirname(socketPath), state, bin, BIN];
    await mustRun('making private directories', this.enter(here, script));
  }

  /** The path of a file as it is inside, for us outside. */
  path(inside: string): string {
    return join(`/proc/${this.pid}/root`, inside);
  }

  /** The command line that runs `argv` inside, as a direct child that dies with us. */
  enter(entry: Entry, argv: readonly string[]): string[] {
    const root = `/proc/${this.pid}/ns`;
    const network = entry.network === 'lab' ? [`--net=${root}/net`] : [];
    // Changing the user clears the signal that was asked for, so it is asked for once more.
    const user = ['setpriv', `--reuid=${entry.uid}`, `--regid=${entry.uid}`, '--clear-groups', '--pdeathsig', 'KILL'];
    return [
      ...['nsenter', `--mount=${root}/mnt`, ...network],
      ...['setpriv', '--pdeathsig', 'KILL'],
      ...['sh', '-c', ENTER, 'sh', String(process.pid), process.cwd(), entry.cgroup ?? ''],
      ...(entry.uid === 0 ? [] : user),
      ...argv,
    ];
  }

  async close(): Promise<void> {
    await this.#holder.kill();
  }
}
