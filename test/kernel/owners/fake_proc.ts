import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of a fake /proc. What is left out is not there, as with a process that ends while it is looked at. */
export interface FakeProcess {
  readonly comm?: string | Buffer;
  readonly exe?: string | Buffer;
  readonly argv?: readonly (string | Buffer)[];
  readonly cgroup?: string | Buffer;
  /** In clock ticks since boot. */
  readonly start?: number;
  /** Target by descriptor, such as `{ 3: 'socket:[4026]' }`. */
  readonly fds?: Readonly<Record<number, string>>;
  /** Thread that holds the descriptors in place of the main one, which has exited. */
  readonly livingThread?: number;
}

/** Adds a process to the directory `root` in the layout of proc(5). */
export function addProcess(root: string, pid: number, process: FakeProcess): void {
  const { comm, exe, argv, cgroup, start, fds = {}, livingThread } = process;
  const top = join(root, String(pid));
  const main = join(top, 'task', String(pid));
  const living = livingThread === undefined ? main : join(top, 'task', String(livingThread));
  for (const directory of [join(top, 'fd'), join(main, 'fd'), join(living, 'fd')]) {
    mkdirSync(directory, { recursive: true });
  }
  if (comm !== undefined) writeFileSync(join(top, 'comm'), Buffer.concat([Buffer.from(comm), Buffer.from('\n')]));
  if (start !== undefined) writeFileSync(join(top, 'stat'), statOf(pid, comm ?? '', start));
  if (exe !== undefined) symlinkSync(exe, join(living, 'exe'));
  if (argv !== undefined) {
    const parts = argv.flatMap((argument) => [Buffer.from(argument), Buffer.alloc(1)]);
    writeFileSync(join(living, 'cmdline'), Buffer.concat(parts));
  }
  if (cgroup !== undefined) writeFileSync(join(living, 'cgroup'), cgroup);
  for (const directory of livingThread === undefined ? [join(top, 'fd'), join(main, 'fd')] : [join(living, 'fd')]) {
    for (const [fd, target] of Object.entries(fds)) symlinkSync(target, join(directory, fd));
  }
}

/** Field 22 is the start time; fields 4 to 21 are numbers that must not be taken for it. */
function statOf(pid: number, comm: string | Buffer, start: number): Buffer {
  const between = Array.from({ length: 18 }, (_, at) => 1_000_000 + at).join(' ');
  return Buffer.concat([Buffer.from(`${pid} (`), Buffer.from(comm), Buffer.from(`) S ${between} ${start} 0 0\n`)]);
}
