import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/** IDs of the BPF programs that a process has descriptors of: those it has loaded and those it has attached. */
export function programsOf(pid: number): Set<number> {
  // bpf_prog_show_fdinfo() and bpf_link_show_fdinfo() in kernel/bpf/syscall.c. -s: descriptors may close meanwhile.
  const { stdout } = spawnSync('grep', ['-rhsoP', '^prog_id:\\s+\\K\\d+', `/proc/${pid}/fdinfo`], { encoding: 'utf8' });
  return new Set(stdout.split('\n').filter(Boolean).map(Number));
}

/** Waits until none of these programs is loaded: the kernel frees a program some time after its last reference has gone. */
export async function unloaded(ids: ReadonlySet<number>): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const loaded = JSON.parse(execFileSync('bpftool', ['-j', 'prog', 'list'], { encoding: 'utf8', env: ENV })) as {
      id: number;
    }[];
    if (!loaded.some(({ id }) => ids.has(id))) return true;
    await setTimeout(50);
  }
  return false;
}

const ENV = { PATH: `${process.env['PATH']}:/usr/sbin` };
