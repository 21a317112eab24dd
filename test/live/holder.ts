import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { Lab } from '../lab/lab.js';

const HOLDER = fileURLToPath(new URL('../../../test/live/holder.py', import.meta.url));

export interface Holder {
  /** All that hold the socket, parent first. */
  readonly pids: readonly number[];
  /** Kills them all and waits until the parent is gone. */
  kill(): Promise<void>;
}

/** Has a process, and children of it, hold a listening socket on a lab's node under any name; until the test ends. */
export async function holdSocket(t: Test, lab: Lab, comm: string, port: number, children = 0): Promise<Holder> {
  const name = Buffer.from(comm).toString('hex');
  const argv = [`--net=${lab.netns}`, 'python3', HOLDER, name, String(port), String(children)];
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn('nsenter', argv, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  const [ready] = (await once(child.stdout, 'data')) as [Buffer];
  const pids = [child.pid ?? 0, ...ready.toString().trim().split(' ').slice(1).map(Number)];
  return {
    pids,
    kill: async () => {
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGKILL');
      await ended;
    },
  };
}
