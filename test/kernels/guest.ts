import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { Change } from '../../src/snapshot/document/change.js';
import type { SnapshotDocument } from '../../src/snapshot/document/document.js';
import { CLI, snapshotIn } from '../live/cli.js';
import { FollowStream } from '../live/follow_stream.js';

/* What the *.guest.ts files share. They run in a guest that boot.ts started, which is discarded afterwards. */

const SOCKETS = fileURLToPath(new URL('../../../test/kernels/sockets.py', import.meta.url));

/** Emulation is slow. */
export const PATIENCE_MS = 600_000;

/** The kernel's version: [6, 1]. */
export function kernelVersion(): readonly [number, number] {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return [major, minor];
}

export function isAtLeast(major: number, minor: number): boolean {
  const [ours, ourMinor] = kernelVersion();
  return ours > major || (ours === major && ourMinor >= minor);
}

/** Light skeletons and fexit on this architecture; src/kernel/owners/bpf_refusal.ts, native/bpf/events.bpf.c. */
export const HAS_EBPF = isAtLeast(5, 17);
export const METHOD = HAS_EBPF ? 'fexit' : null;

/** The modules that are loaded, sorted. */
export function loadedModules(): string[] {
  return readFileSync('/proc/modules', 'utf8')
    .split('\n')
    .flatMap((line) => line.split(' ', 1)[0] || [])
    .sort();
}

export function loadedDiagModules(): string[] {
  return loadedModules().filter((name) => name.endsWith('_diag'));
}

/** Runs a program that must succeed, and returns its output. */
export function mustRun(program: string, ...argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')}: exit code ${status}: ${stderr}`);
  return stdout;
}

/** The program's snapshot. */
export function once(...options: readonly string[]): SnapshotDocument {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, '--once', ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (stdout === '') throw new Error(`--once ${options.join(' ')}: exit code ${status}: ${stderr}`);
  return snapshotIn(stdout);
}

/** Where a socket is, without what differs between two ways to read it. */
export function placeOf({ protocol, path, abstract, address, port }: OwnedListener): string {
  return `${protocol} ${path ?? abstract ?? `${address}:${port}`}`;
}

/** The owners of all sockets, by place. */
export function ownersOf({ sockets }: SnapshotDocument): Record<string, string[]> {
  return Object.fromEntries(
    sockets.map((socket) => [
      placeOf(socket),
      socket.owners
        .map((owner) => (owner.kind === 'kernel' ? owner.device : `${owner.pid} ${owner.comm} ${owner.exe}`))
        .sort(),
    ]),
  );
}

export function sourceOf(
  { coverage }: SnapshotDocument,
  name: string,
): SnapshotDocument['coverage']['sources'][number] {
  const source = coverage.sources.find((one) => one.name === name);
  if (source === undefined) throw new Error(`no source ${name}`);
  return source;
}

/** sockets.py, and the places of its sockets. */
export class Sockets {
  // In /proc/net/unix, a line behind a short name may be part of that.
  static readonly places: Readonly<Record<string, string>> = {
    tcp4: 'tcp 127.0.0.1:7001',
    tcp6: 'tcp ::1:7002',
    udp: 'udp 127.0.0.1:7003',
    mptcp: 'tcp 127.0.0.1:7004',
    abstract: 'unix sockwatch-guest-with-a-name-after-which-no-line-can-be-part-of-it',
    path: `unix ${tmpdir()}/held-with-a-name-after-which-no-line-can-be-part-of-it.sock`,
    uring: 'tcp 127.0.0.1:7006',
  };
  readonly #child;
  readonly #answers;

  constructor(t: Test) {
    this.#child = spawn('python3', [SOCKETS, tmpdir()], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    t.teardown(() => this.#child.kill('SIGKILL'));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async command(command: 'open' | 'fail' | 'close' | 'nobind'): Promise<string[]> {
    this.#child.stdin.write(`${command}\n`);
    const { value } = await this.#answers.next();
    if (typeof value !== 'string') throw new Error(`sockets.py did not answer ${command}`);
    return JSON.parse(value) as string[];
  }
}

/** `--follow`, which has printed its first line; until the test ends. */
export async function follow(t: Test, ...options: readonly string[]): Promise<FollowStream> {
  const stream = new FollowStream(options);
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.until((changes) => changes.some(({ event }) => event === 'started'), 'the first line', PATIENCE_MS);
  return stream;
}

/** The places of sockets that opened or closed, in order. */
export function placesOf(changes: readonly Change[], event: 'opened' | 'closed'): string[] {
  return changes.flatMap((change) => (change.event === event ? placeOf(change.socket) : []));
}
