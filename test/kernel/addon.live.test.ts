import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { arch } from 'node:os';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { type InetColumns, type Netns, native } from '../../src/kernel/addon.js';
import { addressText } from '../../src/kernel/sockets/address.js';
import { AF_INET, IP_PROTOCOL, LISTENING } from '../../src/kernel/sockets/states.js';
import { startNetns } from './netns.js';
import { openDescriptors } from './open_descriptors.js';
import { addProcess } from './owners/fake_proc.js';
import { rawAddon } from './raw_addon.js';
import { listenTcp } from './sockets/live.js';

/* The addon against the kernel of this machine. The decoders on captured bytes are in native.test.ts. */

const OWN_NETNS = '/proc/thread-self/ns/net';
const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `another network namespace can be entered by root only, and we are user ${uid}`;

const dumpTcp4 = (netns: Netns | null) => rawAddon().dumpInet(netns, AF_INET, IP_PROTOCOL.tcp, LISTENING.tcp);

/** The row of an inode, with what the kernel must say of a listener of ours. */
function rowOf(columns: InetColumns, inode: number) {
  const at = columns.inode.indexOf(inode);
  if (at < 0) return null;
  const address = addressText(columns.address.subarray(16 * at, 16 * at + 4));
  return {
    address,
    port: columns.port[at],
    state: columns.state[at],
    backlog: columns.wqueue[at],
    uid: columns.uid[at],
  };
}

t.test('netlink protocols that could make the kernel load a module are refused', async (t) => {
  const NETLINK_SOCK_DIAG = 4;
  for (const protocol of [NETLINK_SOCK_DIAG, 7, 31, -1]) {
    const dump = native().dumpNetlink(null, protocol as 0, 20, new Uint8Array(8), 'x');
    await t.rejects(dump, { code: 'EPROTONOSUPPORT', syscall: 'socket' }, String(protocol));
  }
});

t.test('a dump finds a listener of this process', async (t) => {
  const { handle, inode, port } = await listenTcp({ host: '127.0.0.1', backlog: 11 });
  t.teardown(() => handle.close());
  const expected = { address: '127.0.0.1', port, state: 10, backlog: 11, uid };
  const dump = await dumpTcp4(null);
  t.strictSame(rowOf(dump, inode), expected);
  t.match(dump, { interrupted: false, attempts: 1 });
  t.ok(dump.cookie[dump.inode.indexOf(inode)], 'a cookie');

  const dumps = await Promise.all(Array.from({ length: 10 }, () => dumpTcp4(null)));
  for (const one of dumps) t.strictSame(rowOf(one, inode), expected, 'ten at once do not disturb each other');

  const inWorker = await fromWorker(`(await native().dumpInet(null, 2, 6, 1 << 10)).inode.includes(${inode})`);
  t.equal(inWorker, true, 'in a worker thread too');

  handle.close();
  await once(handle, 'close');
  t.equal(rowOf(await dumpTcp4(null), inode), null, 'and not once it is closed');
});

/** Evaluates an expression with `native` in a worker thread. */
async function fromWorker(expression: string): Promise<unknown> {
  const module = JSON.stringify(new URL('../../src/kernel/addon.js', import.meta.url).href);
  const code = `import(${module}).then(async ({ native }) => {
    require('node:worker_threads').parentPort.postMessage(${expression});
  })`;
  const worker = new Worker(code, { eval: true });
  const [message] = await once(worker, 'message');
  await worker.terminate();
  return message;
}

t.test('a refusal of the kernel rejects with its errno', async (t) => {
  const UNUSED_PROTOCOL = 99;
  const refused = { code: 'ENOENT', errno: 2, syscall: /^NLMSG_/, message: /: no such file or directory$/ };
  await t.rejects(rawAddon().dumpInet(null, AF_INET, UNUSED_PROTOCOL, LISTENING.tcp), refused);
  const nowhere = { code: 'ENOENT', syscall: 'open', message: 'open /nowhere: no such file or directory' };
  await t.rejects(native().readInNetns(null, '/nowhere'), nowhere);
  await t.rejects(native().findOwners('/nowhere', new Uint32Array([1])), nowhere);
});

t.test('openNetns accepts network namespaces only', async (t) => {
  const { openNetns, ownNetnsInode } = native();
  t.equal(ownNetnsInode(), statSync(OWN_NETNS, { bigint: true }).ino);
  const directory = t.testdir({ file: 'no namespace' });
  const fifo = `${directory}/fifo`;
  await once(spawn('mkfifo', [fifo]), 'exit');
  const noNamespace = { code: 'EINVAL', syscall: 'setns' };
  for (const path of [`${directory}/file`, directory, fifo, '/proc/self/ns/uts']) {
    t.throws(() => openNetns(path), noNamespace, path);
  }
  t.throws(() => openNetns(`${directory}/absent`), { code: 'ENOENT', syscall: 'open' });
});

/** Descriptors of this process that hold a network namespace open. */
const openNamespaces = (): number => openDescriptors(/^net:\[/);

t.test('another namespace is read through its descriptor', { skip: notRoot }, async (t) => {
  const { openNetns, ownNetnsInode, readInNetns } = native();
  const before = openNamespaces();
  const path = await startNetns(t);
  const netns = openNetns(path);
  t.equal(netns.inode, statSync(path, { bigint: true }).ino);
  t.not(netns.inode, ownNetnsInode());

  const { handle, inode } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  t.equal(rowOf(await dumpTcp4(netns), inode), null, 'a dump in there does not see a listener of ours');
  const home = openNetns(OWN_NETNS);
  t.not(rowOf(await dumpTcp4(home), inode), null);
  const interfaces = async (): Promise<(string | undefined)[]> => {
    const devices = Buffer.from(await readInNetns(netns, '/proc/thread-self/net/dev')).toString();
    return Array.from(devices.matchAll(/^ *(\w+):/gm), ([, name]) => name);
  };
  t.strictSame(await interfaces(), ['lo'], 'nor do files');

  // Its only process ends, and its path with it.
  const pid = Number(path.split('/')[2]);
  process.kill(pid);
  while (existsSync(path)) await new Promise(setImmediate);
  t.strictSame(await interfaces(), ['lo'], 'it stays as long as it is open');

  const last = interfaces();
  netns.close();
  t.strictSame(await last, ['lo'], 'what was started before close() goes on');
  await t.rejects(interfaces(), { code: 'EBADF', syscall: 'setns' });
  await t.rejects(dumpTcp4(netns), { code: 'EBADF' });
  netns.close();
  home.close();
  t.equal(openNamespaces(), before, 'no descriptor stays open');
});

t.test('a namespace that is not closed is closed with its worker thread', { skip: notRoot }, async (t) => {
  const before = openNamespaces();
  await fromWorker(`native().openNetns('${OWN_NETNS}').inode`);
  t.equal(openNamespaces(), before);
});

t.test('findOwners finds this process behind its own listener', async (t) => {
  const { handle, inode, fd } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const holders = await native().findOwners('/proc', new Uint32Array([inode]));
  t.strictSame([...holders.inode], [inode]);
  t.strictSame([...holders.pid], [process.pid]);
  t.strictSame([...holders.fd], [fd]);
  t.ok(holders.processes > 1);
  const [facts] = holders.facts;
  t.equal(holders.facts.length, 1);
  t.equal(facts?.pid, process.pid);
  t.equal(text(facts?.comm), readFileSync('/proc/self/comm', 'utf8').trimEnd());
  t.equal(text(facts?.exe), process.execPath);
  t.equal(text(facts?.argv0), readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0]);
  t.equal(text(facts?.cgroup), readFileSync('/proc/self/cgroup', 'utf8'));
  const uptimeMs = 1000 * Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
  const ageMs = 1000 * process.uptime();
  t.ok(Math.abs(uptimeMs - ageMs - (facts?.startMs ?? 0)) < 2000, 'it started as long ago as it runs');
});

const text = (bytes: Uint8Array | null | undefined): string | null => (bytes ? Buffer.from(bytes).toString() : null);

// The kernel gives what is in /proc of such a process to root (task_dump_owner() in fs/proc/base.c).
const notSeen =
  uid === 0 ? false : `a process without its main thread can be read by root only, and we are user ${uid}`;

t.test('a listener whose main thread has exited is found by another thread', { skip: notSeen }, async (t) => {
  const SYS_EXIT: Partial<Record<string, number>> = { x64: 60, arm64: 93, s390x: 1, ppc64: 1, riscv64: 93 };
  const program = `
import ctypes, os, socket, threading, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(1)
def stay():
    while os.listdir('/proc/self/fd'): time.sleep(0.01)
    print(os.fstat(s.fileno()).st_ino, flush=True)
    time.sleep(60)
threading.Thread(target=stay, daemon=True).start()
ctypes.CDLL(None).syscall(${SYS_EXIT[arch()] ?? 60}, 0)`;
  const child = spawn('python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const holders = await native().findOwners('/proc', new Uint32Array([Number(line)]));
  t.strictSame([...holders.pid], [child.pid]);
  t.match(text(holders.facts[0]?.exe), /python3/, 'whose executable is seen as well');
  t.match(text(holders.facts[0]?.argv0), /python3/);
});

t.test('processes that end during the search are no error', async (t) => {
  const root = t.testdir({ self: {}, cpuinfo: '', '12x': {} });
  mkdirSync(`${root}/4242`);
  addProcess(root, 77, { fds: { 5: 'socket:[900]', 6: 'pipe:[900]', 7: 'socket:[90]', 8: 'socket:[9000]' } });
  const holders = await native().findOwners(root, new Uint32Array([900]));
  t.strictSame([[...holders.inode], [...holders.pid], [...holders.fd]], [[900], [77], [5]]);
  const gone = { pid: 77, comm: null, exe: null, exeDenied: false, argv0: null, cgroup: null, startMs: null };
  t.strictSame(holders.facts, [gone], 'descriptors were seen, and nothing else any more');
  t.match(holders, { processes: 2, unreadable: 0 });

  const children = Array.from({ length: 40 }, () => once(spawn('true'), 'exit'));
  const walks = Array.from({ length: 20 }, () => native().findOwners('/proc', new Uint32Array([1])));
  t.equal((await Promise.all(walks)).length, 20, 'nor do they disturb a walk of the real /proc');
  await Promise.all(children);
});

t.test('a process whose descriptors cannot be listed is unreadable, not without descriptors', async (t) => {
  // A link to itself fails with ELOOP, as open fails with EMFILE where this process has no descriptor to spare.
  const root = t.testdir({ 77: { fd: t.fixture('symlink', 'fd') } });
  const { processes, unreadable } = await native().findOwners(root, new Uint32Array([900]));
  t.strictSame({ processes, unreadable }, { processes: 1, unreadable: 1 });
});
