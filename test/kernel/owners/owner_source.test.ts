import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { Deadline, isInProgress } from '../../../src/base/deadline.js';
import { native } from '../../../src/kernel/addon.js';
import { type FoundOwners, readFacts, startOwnerSearch } from '../../../src/kernel/owners/owner_source.js';
import { AF_INET, AF_INET6, IP_PROTOCOL, LISTENING, UNIX_LISTENING } from '../../../src/kernel/sockets/states.js';
import { programsOf } from '../../live/loaded_programs.js';
import { rawAddon } from '../raw_addon.js';
import { listenTcp } from '../sockets/live.js';
import { addProcess } from './fake_proc.js';

const uid = process.getuid?.();
const needsRoot = { skip: uid === 0 ? false : `eBPF takes root or capabilities, and we are user ${uid}` };

/** Sockets in every way they can be held: forked, passed over a unix socket, held by a thread alone, shared by many. */
const HOLD = `
import array, os, socket, sys, threading, time
keep = []
def tcp():
    s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(); keep.append(s); return s
tcp()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.bind(("127.0.0.1", 0))
unix = socket.socket(socket.AF_UNIX); unix.bind("\\0sw-hold-%d" % os.getpid()); unix.listen()
shared = tcp()
children = []
for _ in range(5):
    pid = os.fork()
    if pid == 0:
        sys.stdin.read(); os._exit(0)
    children.append(pid)
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
passed = tcp()
socket.send_fds(a, [b"x"], [passed.fileno()])
_, fds, _, _ = socket.recv_fds(b, 1, 1)
print(" ".join(map(str, [os.getpid(), *children])), flush=True)
sys.stdin.read()
`;

const NO_COLUMNS = native().decodeInet(new Uint8Array());

/** What short-lived processes do meanwhile. */
const CHURN = 'while :; do /bin/true; done';

function asSet(found: FoundOwners): string[] {
  return Array.from(found.inode, (inode, at) => `${inode} ${found.pid[at]} ${found.fd[at]}`).sort();
}

async function listeningInodes(): Promise<Uint32Array> {
  const dumps = await Promise.all([
    ...[AF_INET, AF_INET6].flatMap((family) => [
      rawAddon().dumpInet(null, family, IP_PROTOCOL.tcp, LISTENING.tcp),
      rawAddon().dumpInet(null, family, IP_PROTOCOL.udp, LISTENING.udp),
    ]),
    rawAddon().dumpUnix(null, UNIX_LISTENING),
  ]);
  return Uint32Array.from(dumps.flatMap(({ inode }) => [...inode]));
}

t.test('both ways find the same owners, also under churn', needsRoot, async (t) => {
  const holder = spawn('python3', ['-c', HOLD], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => holder.stdin.end());
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const holders = new Set(String(line).trim().split(' '));
  const churn = Array.from({ length: 4 }, () => spawn('sh', ['-c', CHURN], { stdio: 'ignore' }));
  t.teardown(() => {
    for (const child of churn) child.kill('SIGKILL');
  });
  const inodes = await listeningInodes();
  for (let round = 0; round < 20; round++) {
    const [bpf, proc] = await Promise.all([startOwnerSearch('bpf')(inodes), startOwnerSearch('proc')(inodes)]);
    t.equal(bpf.via, 'bpf');
    t.equal(proc.via, '/proc');
    const ofHolder = (found: FoundOwners): string[] =>
      asSet(found).filter((one) => holders.has(one.split(' ')[1] ?? ''));
    t.strictSame(ofHolder(bpf), ofHolder(proc), `round ${round}`);
    // TCP ×3, UDP and unix in six processes but the passed one, which has a second descriptor in one of them.
    t.ok(ofHolder(bpf).length >= 5 * 4 + 2, `${ofHolder(bpf).length} holders`);
    for (const { pid, comm } of bpf.facts) if (holders.has(String(pid))) t.ok(comm, 'with facts');
  }
});

t.test('a socket that opens after the early pass is found by a second pass', needsRoot, async (t) => {
  const find = startOwnerSearch('bpf');
  // Begun later, so that the early one has ended as well.
  await native().iterateOwners?.(null);
  const { handle, inode } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const { pid } = await find(Uint32Array.of(inode));
  t.ok(pid.includes(process.pid));
  const again = await find(Uint32Array.of(inode), new Set([inode]));
  t.ok(again.pid.includes(process.pid), 'and each further search makes a pass of its own');
});

t.test('the program is loaded once for all passes', needsRoot, async (t) => {
  await native().iterateOwners?.(null);
  const loaded = programsOf(process.pid);
  t.ok(loaded.size > 0);
  await native().iterateOwners?.(null);
  t.strictSame(programsOf(process.pid), loaded);
  await native().iterateOwners?.(statSync('/proc/self/ns/net').ino);
  const other = programsOf(process.pid);
  t.equal(other.size, loaded.size, 'another one takes its place');
  t.notOk([...other].some((id) => loaded.has(id)));
});

t.test('auto falls back to /proc and says why', async (t) => {
  const found = await startOwnerSearch('auto')(Uint32Array.of(1));
  if (uid === 0) t.equal(found.via, 'bpf');
  const spawned = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { startOwnerSearch } from ${JSON.stringify(new URL('../../../src/kernel/owners/owner_source.js', import.meta.url).href)};
       const { via, notes } = await startOwnerSearch('auto')(Uint32Array.of(1));
       const refused = await startOwnerSearch('bpf')(Uint32Array.of(1)).catch((error) => error.fault);
       console.log(JSON.stringify({ via, notes, refused }));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], ...(uid === 0 ? { uid: 65534, gid: 65534 } : {}), env: {} },
  );
  let text = '';
  spawned.stdout.on('data', (part: Buffer) => {
    text += part.toString();
  });
  await once(spawned, 'close');
  const reason = { code: 'bpf-needs-capabilities', params: { capabilities: ['CAP_PERFMON', 'CAP_BPF'] } };
  t.match(JSON.parse(text || '{}'), { via: '/proc', notes: [reason], refused: reason });
});

t.test('a pass that was started before is used once, and repeated where it lacks something', needsRoot, async (t) => {
  const pass = {
    inode: Uint32Array.of(1),
    pid: Uint32Array.of(process.pid),
    task: Uint32Array.of(process.pid),
    fd: Uint32Array.of(99),
    endedMs: Number.MAX_SAFE_INTEGER,
    tcp: NO_COLUMNS,
    udp: NO_COLUMNS,
  };
  const search = startOwnerSearch('bpf', { firstPass: Promise.resolve(pass) });
  t.match(await search(Uint32Array.of(1)), { inode: Uint32Array.of(1), fd: Uint32Array.of(99) });
  t.equal((await search(Uint32Array.of(1))).inode.length, 0, 'no process has that inode');
  const refused = startOwnerSearch('auto', { firstPass: Promise.reject(new Error('refused')) });
  t.match(
    await refused(Uint32Array.of(1)),
    { via: '/proc', notes: [{ code: 'bpf-failed', params: { text: 'refused' } }] },
    'auto falls back if it fails',
  );
  const lacking = startOwnerSearch('bpf', { firstPass: Promise.resolve(pass) });
  t.equal((await lacking(Uint32Array.of(1, 2))).inode.length, 0);
});

t.test('a process that started after the pass is not the one that it saw', needsRoot, async (t) => {
  const ids = { inode: Uint32Array.of(1), pid: Uint32Array.of(process.pid), task: Uint32Array.of(process.pid) };
  const factsAfter = async (endedMs: number) => {
    const firstPass = Promise.resolve({ ...ids, fd: Uint32Array.of(9), endedMs, tcp: NO_COLUMNS, udp: NO_COLUMNS });
    return (await startOwnerSearch('bpf', { firstPass })(Uint32Array.of(1))).facts;
  };
  const [own] = await factsAfter(Number.MAX_SAFE_INTEGER);
  const started = own?.startMs ?? 0;
  t.match(await factsAfter(started), [{ pid: process.pid }]);
  t.strictSame(await factsAfter(started - 1), [], 'its pid was reused');
  const pass = await native().iterateOwners?.(null);
  t.ok(pass !== undefined && pass.endedMs > started && pass.endedMs < started + 3_600_000, 'both are of one clock');
});

t.test('a process that hangs takes only its batch with it, and is not read again meanwhile', async (t) => {
  const root = t.testdir({});
  const pids = Uint32Array.from({ length: 40 }, (_, at) => 100 + at);
  for (const pid of pids) addProcess(root, pid, { comm: `p${pid}`, argv: pid === 107 ? [] : ['p'] });
  const pipe = join(root, '107/task/107/cmdline');
  rmSync(pipe);
  execFileSync('mkfifo', [pipe]);
  const release = (): Promise<void> => open(pipe, constants.O_WRONLY).then((file) => file.close());
  const abandoned = new WeakSet<Promise<unknown>>();
  const first = await readFacts(pids, pids, new Deadline(500, { abandoned }), root);
  t.ok(first.late >= 1 && first.late <= 8, `${first.late} late`);
  t.equal(first.facts.length + first.late, pids.length);
  const start = performance.now();
  const again = await readFacts(pids, pids, new Deadline(60_000, { abandoned }), root);
  t.equal(again.late, first.late);
  t.ok(performance.now() - start < 30_000, 'it is not waited for twice');
  const some = pids.slice(0, 13);
  const other = await readFacts(some, some, new Deadline(500), root);
  t.same(
    other.facts.map(({ pid }) => pid),
    [...some.slice(8)],
    'another capture loses only the batch that is being waited for',
  );
  await release();
  // It would hang again behind the same pipe.
  rmSync(pipe);
  writeFileSync(pipe, 'p\0');
  while (isInProgress(`${root}/107`)) await setImmediate();
  const answered = await readFacts(pids, pids, new Deadline(60_000, { abandoned }), root);
  t.equal(answered.late, 0, 'once it has answered it is asked again');
});
