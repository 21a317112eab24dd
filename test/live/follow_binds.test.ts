import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { AddressOwner, BindFailed } from '../../src/snapshot/document/change.js';
import { who } from '../../src/snapshot/who/who.js';
import { Child } from '../lab/child.js';
import { FollowStream } from './follow_stream.js';

t.setTimeout(300_000);

/** A namespace of its own, watched; `run` runs Python in it, and returns its pid; `inside` starts a command in it. */
async function watched(t: Test) {
  const argv = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'];
  const space = new Child('namespace', argv, '/dev/null');
  t.teardown(() => space.kill());
  await space.firstLine();
  const netns = `/proc/${space.pid}/ns/net`;
  const stream = new FollowStream(['--netns', netns]);
  t.teardown(() => stream.stop('SIGKILL'));
  await stream.started();
  const inside = (...argv: string[]) =>
    spawn('nsenter', [`--net=${netns}`, ...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
  const run = async (code: string, ...prefix: string[]): Promise<number> => {
    const child = inside(...prefix, 'python3', '-c', code);
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
  return { stream, netns, inside, run, failures };
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

/** One holder of each kind; those on ports are connected to 7000. */
const HOLDERS = `
import os, socket, sys
def tcp(port):
    s = socket.socket(); s.bind(("127.0.0.1", port)); return s
def connected(port):
    s = tcp(port); s.connect(("127.0.0.1", 7000)); return s, listener.accept()[0]
listener, bound = tcp(7000), tcp(7001)
listener.listen()
client = connected(7002)
closed, end = connected(7003)
closed.shutdown(socket.SHUT_WR); end.recv(1); end.close(); closed.recv(1); closed.close()
halfclosed, open_end = connected(7004)
halfclosed.close()
unsent, deaf = connected(7005)
unsent.setblocking(False)
try:
    while True: unsent.send(b"x" * 65536)
except BlockingIOError: unsent.close()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 7006))
def unix(name):
    s = socket.socket(socket.AF_UNIX); s.bind(name); return s
served, named = unix("listener.sock"), unix("\\0sockwatch-who")
served.listen(); named.listen()
unix("stale.sock").close()
open("file", "w").close()
os.symlink("/absent/x", "link")
print("ready", flush=True)
sys.stdin.read()
`;

/** What each of them is, by address. */
const KINDS: Readonly<Record<string, object>> = {
  '127.0.0.1:7000': { kind: 'listener', state: null },
  '127.0.0.1:7001': { kind: 'bound', state: null },
  '127.0.0.1:7002': { kind: 'client', state: 'ESTABLISHED' },
  '127.0.0.1:7003': { kind: 'time-wait', state: 'TIME_WAIT', owners: [], uid: null },
  '127.0.0.1:7004': { kind: 'time-wait', state: 'FIN_WAIT2', owners: [], uid: null },
  '127.0.0.1:7005': { kind: 'client', state: 'FIN_WAIT1', owners: [], ownersUnknown: null },
  '127.0.0.1:7006/udp': { kind: 'listener' },
  '127.0.0.1:8472/udp': { kind: 'kernel', owners: [{ kind: 'kernel', device: 'vx0', deviceKind: 'vxlan' }] },
  '@sockwatch-who': { kind: 'listener' },
  'listener.sock': { kind: 'listener' },
  'stale.sock': { kind: 'file' },
  file: { kind: 'other-file' },
  link: { kind: 'other-file' },
};

t.test('of each kind of holder, a failed bind and who say the same', async (t) => {
  const { stream, netns, inside, run, failures } = await watched(t);
  const directory = mkdtempSync(join(tmpdir(), 'sockwatch-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  for (const command of ['ip link add vx0 type vxlan external dstport 8472', 'ip link set vx0 up']) {
    const [exitCode] = await once(inside(...command.split(' ')), 'exit');
    t.equal(exitCode, 0, command);
  }
  const holder = inside('env', '-C', directory, 'python3', '-c', HOLDERS);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');

  const addresses = Object.keys(KINDS).map((one) => (/[:@]/.test(one) ? one : join(directory, one)));
  const binder = await run(`
import socket
for what in ${JSON.stringify(addresses)}:
    if ":" in what:
        address, _, protocol = what.partition("/")
        host, port = address.split(":")
        one, place = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if protocol else socket.SOCK_STREAM), (host, int(port))
    else: one, place = socket.socket(socket.AF_UNIX), what.replace("@", "\\0")
    try: one.bind(place)
    except OSError: pass
    else: raise SystemExit(what + " was free")
`);
  const failed = await failures(binder, addresses.length);
  const { answers } = await who(addresses, { netns });
  for (const [at, expected] of Object.values(KINDS).entries()) {
    const [what, failure, answer] = [addresses[at], failed[at], answers[at]];
    t.match(
      answer,
      { what, result: 'held', complete: true, omitted: 0, unknown: [], holders: [expected] },
      String(what),
    );
    t.match(failure, { holdersOmitted: 0, holdersUnknown: null });
    const seen = answer?.holders.map(({ netns: _, user, since, ...rest }) => rest) ?? [];
    const withoutTime = (holders: readonly AddressOwner[]) => holders.map(({ remainingMs: _, ...rest }) => rest);
    t.strictSame(withoutTime(failure?.holders ?? []), withoutTime(seen), `${what}: the same holders`);
  }
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), []);
});

t.test('an empty list of holders comes with a reason', async (t) => {
  const { stream, run, failures } = await watched(t);
  const directory = mkdtempSync(join(tmpdir(), 'sockwatch-'));
  t.teardown(() => rmSync(directory, { recursive: true }));
  // In a user namespace of its own, a process may have mounted what hangs, so that its files are not looked at.
  const pid = await run(
    `
import socket, time
held = socket.socket(socket.AF_UNIX); held.bind("${directory}/held.sock"); held.listen()
socket.socket(socket.AF_UNIX).bind("${directory}/left.sock")
for name in ("left", "held"):
    try: socket.socket(socket.AF_UNIX).bind(f"${directory}/{name}.sock")
    except OSError: pass
time.sleep(3)
`,
    ...['unshare', '--user', '--map-root-user', '--mount'],
  );
  const elsewhere = (name: string) => ({
    code: 'socket-file-elsewhere',
    params: { path: `${directory}/${name}.sock` },
  });
  t.match(await failures(pid, 2), [
    { holders: [], holdersUnknown: elsewhere('left'), message: /; who has the address is not known: .*left\.sock/ },
    {
      holders: [{ kind: 'listener' }],
      holdersUnknown: elsewhere('held'),
      message: /is listening on .*held\.sock; who has the address is not certain: /,
    },
  ]);
  const range = '/proc/sys/net/ipv4/ip_local_port_range';
  const none = await run(`
import socket
open("${range}", "w").write("32768 32768")
one, other = socket.socket(), socket.socket()
one.bind(("127.0.0.1", 0))
try: other.bind(("127.0.0.1", 0))
except OSError: pass
`);
  t.match(await failures(none, 1), [{ place: '127.0.0.1:0', holders: [], holdersUnknown: { code: 'no-free-port' } }]);
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
