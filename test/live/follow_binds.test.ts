import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { BindFailed } from '../../src/watch/changes/change.js';
import { Child } from '../lab/child.js';
import { FollowStream } from './follow_stream.js';

t.setTimeout(300_000);

/** A namespace of its own, watched; `run` runs Python in it, and returns its pid. */
async function watched(t: Test) {
  const argv = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'];
  const space = new Child('namespace', argv, '/dev/null');
  t.teardown(() => space.kill());
  await space.firstLine();
  const netns = `/proc/${space.pid}/ns/net`;
  const stream = new FollowStream(['--netns', netns]);
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();
  const run = async (code: string): Promise<number> => {
    const child = spawn('nsenter', [`--net=${netns}`, 'python3', '-c', code], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [exitCode] = await once(child, 'exit');
    t.equal(exitCode, 0);
    return child.pid ?? 0;
  };
  /** The failures of a process, once there are so many. */
  const failures = async (pid: number, count: number): Promise<BindFailed[]> => {
    const all = (): BindFailed[] =>
      stream.changes.filter((one): one is BindFailed => one.event === 'bind-failed' && one.process.pid === pid);
    await stream.until(() => all().length >= count, `${count} failures of ${pid}`);
    return all();
  };
  return { stream, run, failures };
}

t.test('binds that fail, of all kinds', async (t) => {
  const { stream, run, failures } = await watched(t);
  const directory = mkdtempSync(join(tmpdir(), 'sockwatch-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'x.sock');

  const unix = await run(`
import os, socket, time
a = socket.socket(socket.AF_UNIX); a.bind("${path}"); a.listen(1)
for name in ("${path}", "/etc/passwd"):
    try: socket.socket(socket.AF_UNIX).bind(name)
    except OSError: pass
time.sleep(3)
`);
  const [socketFile, otherFile] = await failures(unix, 2);
  t.match(socketFile?.holders, [{ kind: 'listener', place: path, owners: [{ pid: unix }] }], 'a socket 0 s old');
  t.match(otherFile, {
    holders: [{ kind: 'other-file' }],
    message: /the file \/etc\/passwd exists, and is no socket$/,
  });
  const left = await run(`
import socket
try: socket.socket(socket.AF_UNIX).bind("${path}")
except OSError: pass
`);
  t.match((await failures(left, 1))[0], {
    holders: [{ kind: 'file' }],
    message: /no process of this network namespace/,
  });

  const tcp = await run(`
import socket, time
a, b = socket.socket(), socket.socket()
for one in (a, b):
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("0.0.0.0", 10250))
a.listen(5)
try: b.listen(5)
except OSError: pass
try: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).bind(("127.0.0.1", 10250))
except OSError: pass
time.sleep(3)
`);
  const [listen, mptcp] = await failures(tcp, 2);
  t.match(listen, { call: 'listen', code: 'EADDRINUSE', holders: [{ kind: 'listener', owners: [{ pid: tcp }] }] });
  t.equal(listen?.holders.length, 1, 'not its own socket');
  // A kernel without MPTCP gives no such socket, and Python no failed bind.
  t.match(mptcp, { call: 'bind', protocol: 'tcp', place: '127.0.0.1:10250', holders: [{ kind: 'listener' }] });
  const ofTcp = (event: string) =>
    stream.changes.filter(
      (one) =>
        one.event === event && 'socket' in one && one.socket.owners.some((own) => 'pid' in own && own.pid === tcp),
    ).length;
  await stream.until(() => ofTcp('closed') > 0, 'its end');
  t.strictSame([ofTcp('opened'), ofTcp('closed')], [1, 1], 'the listen that failed opened and closed nothing');
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), []);
});

t.test('a user whose binds fail by the thousand holds up nothing', async (t) => {
  const { stream, run } = await watched(t);
  await run(`
import os, socket, time
os.setuid(65534)
end, number = time.monotonic() + 4, 0
taken = socket.socket(); taken.bind(("0.0.0.0", 10250)); taken.listen()
while time.monotonic() < end:
    number += 1
    with socket.socket() as one:
        try: one.bind((f"127.{number % 250}.{number // 250 % 250}.1", 10250))
        except OSError: pass
`);
  const pid = await run(`
import socket, time
one = socket.socket(); one.bind(("127.0.0.1", 31337)); one.listen()
time.sleep(1)
`);
  const isOpening = (one: (typeof stream.changes)[number]): boolean =>
    one.event === 'opened' &&
    one.socket.port === 31337 &&
    one.socket.owners.some((own) => 'pid' in own && own.pid === pid);
  // It came after 200 s once.
  await stream.until((changes) => changes.some(isOpening), 'the listener of another user');
  const isLost = (one: (typeof stream.changes)[number]): boolean => one.event === 'lost' && one.suppressed > 0;
  await stream.until((changes) => changes.some(isLost), 'the count of what was suppressed');
  const failed = stream.changes.filter((one): one is BindFailed => one.event === 'bind-failed');
  t.ok(failed.length >= 1000, '1,000 a second are reported', { failed: failed.length });
  t.ok(
    failed.every(({ holders, holdersUnknown }) => holders.length > 0 || holdersUnknown !== null),
    'each with its holder, or why it is not known',
  );
  t.match(stream.changes[0], { method: /^(fexit|tracepoint)$/ });
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), []);
});
