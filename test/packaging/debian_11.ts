import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../native/toolchain.js';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'k8s-sockwatch');

/** Libraries of Debian 11 for arm64, which `.ci/prebuild` links with. */
export const ARM64_LIBRARIES = join(CACHE, 'debian-11-arm64/root');

/** With the node's file system below /host, and what the kernel shows and sockets where they belong. */
const ENTER = `root=$1; shift
  for directory in proc sys dev run; do mount --rbind /$directory "$root/$directory"; done
  mount --rbind / "$root/host"
  exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="\${TERM-}" LANG=C.UTF-8 "$@"`;

/** A minimal Debian 11, which has no Node.js or compiler, in a directory of its own. */
export class Debian11 {
  readonly root = mkdtempSync(join(tmpdir(), 'sockwatch-debian-11-'));

  constructor() {
    const pristine = join(CACHE, 'debian-11-systemd');
    const isThere = `[ -e ${pristine}/unpacked ] || .ci/fetch ${pristine} amd64 bullseye system libstdc++6 systemd`;
    execFileSync('bash', ['-c', isThere], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('cp', ['-a', `${pristine}/root/.`, this.root]);
    mkdirSync(join(this.root, 'host'));
  }

  /** A command line that runs one there, in a mount namespace of its own. */
  command(...argv: readonly string[]): string[] {
    return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', ENTER, 'sh', this.root, ...argv];
  }

  /** Runs a command there without network. */
  run(...argv: readonly string[]): string {
    const [unshare = '', ...rest] = this.command(...argv);
    return execFileSync(unshare, ['--net', ...rest], { encoding: 'utf8' });
  }

  /** All paths but those of logs and of what dpkg keeps for itself. */
  paths(): string[] {
    const all = execFileSync('find', ['.', '-not', '-path', './var/lib/dpkg/*', '-not', '-path', './var/log/*'], {
      cwd: this.root,
      encoding: 'utf8',
    });
    return all.trim().split('\n').sort();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
