import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { waitFor } from '../lab/wait.js';
import type { Debian11 } from './debian_11.js';

/** systemd as the first process of namespaces of its own. */
const BOOT = `root=$1
  mount -t proc proc "$root/proc"
  mount --rbind /sys "$root/sys"
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir "$root/dev/shm"
  mount -t tmpfs tmpfs "$root/dev/shm"
  for device in null zero full random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  ip link set lo up
  exec chroot "$root" env -i container=test PATH=/usr/sbin:/usr/bin /lib/systemd/systemd`;

const NAMESPACES = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup'];

/** A Debian 11 that has been booted, without hardware and network. */
export class BootedDebian {
  readonly #unshare: ChildProcess;

  private constructor(unshare: ChildProcess) {
    this.#unshare = unshare;
  }

  /** Resolves when systemd has started what it starts. */
  static async boot({ root }: Debian11): Promise<BootedDebian> {
    const options = [...NAMESPACES, '--fork', '--kill-child', '--propagation', 'private'];
    const booted = new BootedDebian(spawn('unshare', [...options, 'sh', '-ec', BOOT, 'sh', root], { stdio: 'ignore' }));
    // systemctl fails until systemd answers; 'degraded' is also an end of booting.
    const wait = 'until systemctl is-system-running --wait | grep -E "running|degraded"; do sleep 0.1; done';
    await waitFor('systemd starts', async () => (booted.#hasSystemd() ? true : null));
    booted.run('timeout', '60', 'sh', '-c', wait);
    return booted;
  }

  #pid(): number {
    const { pid } = this.#unshare;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  }

  #hasSystemd(): boolean {
    if (this.#unshare.exitCode !== null) throw new Error(`it did not boot: exit code ${this.#unshare.exitCode}`);
    const pid = this.#pid();
    return pid !== 0 && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n';
  }

  /** Runs a command there, and throws if it fails. */
  run(...argv: readonly string[]): string {
    const enter = ['--target', String(this.#pid()), ...NAMESPACES, '--root', '--wd', ...argv];
    return execFileSync('nsenter', enter, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async stop(): Promise<void> {
    this.#unshare.kill('SIGKILL');
    if (this.#unshare.exitCode === null && this.#unshare.signalCode === null) await once(this.#unshare, 'exit');
  }
}
