import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';

/** Programs and links that are ours: those of the event programs and the iterator. */
export function loaded(): string[] {
  const list = execFileSync('bpftool', ['-j', 'prog', 'list'], {
    encoding: 'utf8',
    env: { PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  const programs: unknown = JSON.parse(list);
  // Of fexit, tracepoints and the iterator.
  const ours =
    /^(tcp_state|(bind|listen)_(inet6?|unix|mptcp)|refused_(bind|listen)|(enter|exit)_(bind|listen)|list_owners)$/;
  return (Array.isArray(programs) ? programs : []).flatMap((program: { name?: string }) =>
    ours.test(program.name ?? '') ? [program.name ?? ''] : [],
  );
}

/** The kernel frees a program some time after the last reference to it has gone. */
export async function unloaded(before: readonly string[]): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (loaded().length === before.length) return true;
    await setTimeout(50);
  }
  return false;
}
