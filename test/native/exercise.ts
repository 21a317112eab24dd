/** `node exercise.js SCENARIO` calls the addon in many ways, prints `done` and exits with 0. For sanitized_addon.test.ts and out_of_memory.test.ts. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type EventStream, type Netns, native } from '../../src/kernel/addon.js';
import { AF_INET, AF_INET6, IP_PROTOCOL } from '../../src/kernel/sockets/states.js';
import { CLOSED_NETNS } from '../kernel/netns.js';
import { rawAddon } from '../kernel/raw_addon.js';
import { Child } from '../lab/child.js';
import { outOfMemory } from './exercise_memory.js';
import { ROOT } from './toolchain.js';

const ALL_STATES = 0xffff_ffff;
const NETLINK_ROUTE = 0;
const RTM_GETLINK = 18;
const NO_TYPE = 999;
const { EOPNOTSUPP } = constants.errno;
const HERE = fileURLToPath(import.meta.url);
const OWN_NETNS = '/proc/self/ns/net';
const isRoot = process.getuid?.() === 0;

/** All calls that read from the kernel, in parallel. */
async function capture(netns: Netns | null): Promise<void> {
  const { dumpInet, dumpNetlink, dumpUnix, findOwners, iterateOwners, processFacts, readInNetns } = rawAddon();
  const inet = [AF_INET, AF_INET6].flatMap((family) =>
    [IP_PROTOCOL.tcp, IP_PROTOCOL.udp].map((protocol) => dumpInet(netns, family, protocol, ALL_STATES)),
  );
  const [unix, links, file, ...tables] = await Promise.all([
    dumpUnix(netns, ALL_STATES),
    dumpNetlink(netns, NETLINK_ROUTE, RTM_GETLINK, new Uint8Array(16), 'links'),
    readInNetns(netns, '/proc/thread-self/net/tcp'),
    ...inet,
  ]);
  const inodes = Uint32Array.from([...unix.inode, ...tables.flatMap(({ inode }) => [...inode])]);
  const [owners] = await Promise.all([findOwners('/proc', inodes), findOwners('/proc', new Uint32Array())]);
  if (isRoot && iterateOwners !== undefined) await iterateOwners(Number(rawAddon().ownNetnsInode()));
  assert.equal(links.ends.at(-1), links.payloads.length);
  assert.equal(owners.inode.length, owners.fd.length);
  assert.equal(new Set(owners.pid).size, owners.facts.length);
  assert.match(Buffer.from(file).toString(), /local_address/);
  const [own, none] = await processFacts('/proc', Uint32Array.of(process.pid, 0), Uint32Array.of(process.pid, 0));
  assert.deepEqual([own?.pid, none?.comm], [process.pid, null]);
}

/** Every dump in the fixtures: complete, truncated at every byte, and with every byte changed. */
function decode(): void {
  const directory = join(ROOT, 'test', 'fixtures', 'dumps');
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.bin'))) {
    const whole = readFileSync(join(directory, name));
    for (const decoder of [native().decodeInet, native().decodeUnix]) {
      for (let size = 0; size <= whole.length; size++) decoder(Uint8Array.from(whole.subarray(0, size)));
      for (const at of whole.keys()) {
        const changed = Uint8Array.from(whole);
        changed[at] = (changed[at] ?? 0) ^ 0xff;
        decoder(changed);
      }
    }
  }
}

async function fail(): Promise<void> {
  const { connectTcp, dumpInet, dumpNetlink, dumpUnix, findOwners, openNetns, readInNetns, watchRoutes } = rawAddon();
  const nowhere = '/nonexistent';
  await assert.rejects(dumpInet(CLOSED_NETNS, AF_INET, IP_PROTOCOL.tcp, ALL_STATES), { code: 'EBADF' });
  await assert.rejects(dumpInet(null, AF_INET, 99, ALL_STATES), { code: 'ENOENT' });
  await assert.rejects(dumpUnix(CLOSED_NETNS, ALL_STATES), { code: 'EBADF' });
  await assert.rejects(dumpNetlink(null, NETLINK_ROUTE, NO_TYPE, new Uint8Array(0), 'none'), { errno: EOPNOTSUPP });
  await assert.rejects(connectTcp(CLOSED_NETNS, '127.0.0.1', 1, 1_000), { code: 'EBADF' });
  await assert.rejects(connectTcp(null, 'localhost', 1, 1_000), { code: 'EINVAL' });
  await assert.rejects(connectTcp(null, '127.0.0.1', 1, 1_000), { code: 'ECONNREFUSED', syscall: 'connect' });
  await assert.rejects(readInNetns(null, nowhere), { code: 'ENOENT', syscall: 'open' });
  await assert.rejects(readInNetns(null, '/proc'), { code: 'EISDIR', syscall: 'read' });
  await assert.rejects(findOwners(nowhere, new Uint32Array()), { code: 'ENOENT' });
  assert.throws(() => openNetns(nowhere), { code: 'ENOENT' });
  assert.throws(() => openNetns('/etc/hostname'), { code: 'EINVAL' });
  assert.throws(() => watchRoutes(CLOSED_NETNS, () => {}), { code: 'EBADF' });
}

async function withOtherNetns(work: (path: string) => Promise<void> | void): Promise<void> {
  if (!isRoot) return;
  const child = new Child('namespace', ['unshare', '--net', 'sh', '-c', 'echo ready && exec cat'], '/dev/null');
  try {
    await child.firstLine();
    await work(`/proc/${child.pid}/ns/net`);
  } finally {
    await child.kill();
  }
}

/** Opens a namespace and reads in it, with subscriptions that come and go; closes it while it is being read. */
async function openAndClose(path: string): Promise<void> {
  const netns = native().openNetns(path);
  const subscriptions = Array.from({ length: 4 }, () => native().watchRoutes(netns, () => {}));
  const reading = capture(netns);
  netns.close();
  for (const close of subscriptions) close();
  await reading;
}

async function connect(): Promise<void> {
  const server = createServer().listen(0, '::1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  closeSync(await rawAddon().connectTcp(null, '::1', port, 10_000));
  server.close();
}

async function everything(): Promise<void> {
  await connect();
  for (let round = 0; round < 3; round++) {
    await capture(null);
    await fail();
  }
  decode();
  await withOtherNetns(async (netns) => {
    await openAndClose(netns);
  });
}

/** Causes three events: a listener opens and closes, and a second one on the same port fails. */
async function openAndFail(): Promise<void> {
  const first = createServer().listen(0, '127.0.0.1');
  await once(first, 'listening');
  const address = first.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  await once(createServer().listen(port, '127.0.0.1'), 'error');
  first.close();
}

/** Event streams, one after the other and several at once. */
async function events(): Promise<void> {
  const { openEvents } = native();
  if (!isRoot || openEvents === undefined) return;
  let seen = 0;
  for (let round = 0; round < 10; round++) openEvents(() => {}, null).close();
  const streams = Array.from({ length: 8 }, () => {
    const stream: EventStream = openEvents(() => {
      seen += stream.take().events.filter(({ pid }) => pid === process.pid).length;
    }, null);
    return stream;
  });
  await openAndFail();
  while (seen < 8 * 3) await delay(5);
  for (const stream of streams) {
    stream.close();
    stream.close();
    assert.deepEqual(stream.take(), { events: [], lost: 0, suppressed: 0 }, 'a closed stream has no events');
  }
}

/** 1,000 streams, opened by several threads because closing waits for the kernel to release the programs. */
async function reopen(): Promise<void> {
  const { openEvents } = native();
  if (!isRoot || openEvents === undefined) return;
  if (isMainThread) await inWorkers(Array(8).fill('reopen'));
  else for (let round = 0; round < 125; round++) openEvents(() => {}, null).close();
}

function startWorker(job: string): Worker {
  return new Worker(HERE, { workerData: job });
}

/** Threads that make all calls at the same time, and exit by themselves. */
async function workers(): Promise<void> {
  await inWorkers(['everything', 'everything', 'everything']);
}

async function inWorkers(jobs: readonly string[]): Promise<void> {
  await Promise.all(
    jobs.map(async (job) => {
      const worker = startWorker(job);
      const code = await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
      assert.equal(code, 0);
    }),
  );
}

/** Threads that are terminated during calls. */
async function terminate(): Promise<void> {
  const jobs = [
    'capturing',
    'starting',
    'failing',
    'throwing',
    'watching',
    ...(isRoot ? ['entering', 'streaming'] : []),
  ];
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      jobs.map(async (job) => {
        const worker = startWorker(job);
        const failed = new Promise((_, reject) => worker.once('error', reject));
        await Promise.race([failed, new Promise((resolve) => worker.once('message', resolve))]);
        await delay(round * 7);
        await worker.terminate();
      }),
    );
  }
}

/** Jobs that run until the worker is terminated. */
const ENDLESS: Readonly<Record<string, () => Promise<void> | void>> = {
  capturing: async () => {
    for (;;) await capture(null);
  },
  starting: () => {
    for (;;) void native().readInNetns(null, '/proc/self/comm');
  },
  failing: async () => {
    for (;;) await fail();
  },
  throwing: () => {
    for (;;) assert.throws(() => native().openNetns('/nonexistent'));
  },
  streaming: async () => {
    const stream = native().openEvents?.(() => void stream?.take(), null);
    for (;;) await openAndFail();
  },
  entering: async () => {
    for (;;) await openAndClose(OWN_NETNS);
  },
  watching: async () => {
    for (;;) {
      const close = native().watchRoutes(null, () => {});
      await capture(null);
      close();
    }
  },
};

/** The process exits while a worker thread and the thread pool are busy. */
async function exit(): Promise<void> {
  const worker = startWorker('capturing');
  await new Promise((resolve) => worker.once('message', resolve));
  void capture(null);
  if (isRoot) native().openEvents?.(() => {}, null);
  void openAndFail();
  await delay(5);
  console.log('done');
  process.exit(0);
}

const SCENARIOS: Readonly<Record<string, () => Promise<void>>> = {
  everything,
  events,
  reopen,
  workers,
  terminate,
  exit,
  outOfMemory,
};

if (isMainThread) {
  await SCENARIOS[process.argv[2] ?? '']?.();
  console.log('done');
} else {
  const job = String(workerData);
  parentPort?.postMessage('started');
  await (ENDLESS[job] ?? SCENARIOS[job])?.();
}
