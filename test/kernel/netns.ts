import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Test } from 'tap';
import type { Netns } from '../../src/kernel/addon.js';

/** Taken by the addon for a namespace that was closed. */
export const CLOSED_NETNS: Netns = { inode: 0n, close: () => {} };

/** Starts a process in a network namespace of its own, which runs a script first. Returns the path of the namespace. */
export async function startNetns(t: Test, script = ''): Promise<string> {
  const child = spawn('unshare', ['-n', 'sh', '-c', `set -e\n${script}\necho ready\nexec cat`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill());
  await once(child.stdout, 'data');
  return `/proc/${child.pid}/ns/net`;
}
