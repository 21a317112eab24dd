import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { readProcessOrigin } from '../../../src/kernel/owners/process_origin.js';

/** A process whose name has what ends a name in /proc/PID/stat. */
async function startChild(): Promise<ChildProcess> {
  const program = `process.title = 'a) S 1 (b'; console.log('ready'); process.stdin.resume();`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  if (child.stdout === null) throw new Error('there is a pipe');
  await once(child.stdout, 'data');
  return child;
}

t.test('user and parent of a process', async (t) => {
  const begun = Date.now();
  const child = await startChild();
  t.teardown(() => child.kill());
  const { pid = 0 } = child;
  const startedAt = new Date(begun).toISOString();
  t.match(await readProcessOrigin(pid, startedAt), {
    uid: process.geteuid?.(),
    parent: { pid: process.pid },
  });
  t.equal(await readProcessOrigin(pid, new Date(begun - 60_000).toISOString()), null, 'another process had its pid');
  t.equal(await readProcessOrigin(pid, null), null, 'it may be another one');
});

t.test('a process that has ended', async (t) => {
  const child = await startChild();
  const exit = once(child, 'exit');
  child.kill();
  await exit;
  t.equal(await readProcessOrigin(child.pid ?? 0, new Date().toISOString()), null);
});
