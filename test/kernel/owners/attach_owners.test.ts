import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { attachOwners, findOwners, ownersCoverage } from '../../../src/kernel/owners/attach_owners.js';
import type { OwnedListener, ProcessOwner } from '../../../src/kernel/owners/owner.js';
import {
  type FoundOwners,
  type OwnerSearch,
  type OwnersMode,
  startOwnerSearch,
} from '../../../src/kernel/owners/owner_source.js';
import { isInOwnPidNamespace } from '../../../src/kernel/owners/pid_namespace.js';
import { held, listener } from '../../verdict/factory.js';
import { listenTcp, shortDirectory } from '../sockets/live.js';
import { addProcess } from './fake_proc.js';

const uid = process.getuid?.();
const notRoot = uid === 0 ? false : `giving up root takes root, and we are user ${uid}`;

const ofInode = (inode: number): OwnedListener => listener('127.0.0.1', inode, { inode, id: `tcp:i${inode}` });

async function findAndAttach(listeners: readonly OwnedListener[], mode: OwnersMode, search: OwnerSearch) {
  const { found, source } = await findOwners(listeners, mode, search);
  return { listeners: attachOwners(listeners, found), source };
}

async function ownersIn(root: string, ...inodes: number[]): Promise<OwnedListener[]> {
  const { listeners } = await findAndAttach(inodes.map(ofInode), 'proc', startOwnerSearch('proc', { procRoot: root }));
  return [...listeners];
}

t.test('owners from /proc', async (t) => {
  const root = t.testdir({});
  const cgroup = '0::/system.slice/snap.k8s.kubelet.service\n';
  const fds = { 3: 'socket:[501]', 4: 'socket:[502]', 5: '/dev/null', 6: 'anon_inode:[eventpoll]' };
  addProcess(root, 812, {
    comm: 'kubelet',
    exe: '/snap/k8s/1/bin/kubernetes',
    argv: ['kubelet', '--v=2'],
    cgroup,
    start: 250,
    fds,
  });
  addProcess(root, 900, { comm: 'helper', fds: { 9: 'socket:[502]', 11: 'socket:[502]' } });
  addProcess(root, 901, {
    comm: 'other',
    fds: { 3: 'socket:[5]', 4: 'socket:[5010]', 5: 'pipe:[501]', 6: 'socket:[501' },
  });

  const [one, shared, none] = await ownersIn(root, 501, 502, 503);
  const btime = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
  t.strictSame(one?.owners, [
    {
      ...{ kind: 'process', pid: 812, fd: 3, comm: 'kubelet', exe: '/snap/k8s/1/bin/kubernetes', argv0: 'kubelet' },
      ...{ cgroup: '/system.slice/snap.k8s.kubelet.service', unit: 'snap.k8s.kubelet.service', pod: null },
      // 250 ticks are 2.5 seconds: CLK_TCK is 100 on every Linux that Node.js runs on.
      ...{ container: null, startedAt: new Date(btime * 1000 + 2500).toISOString() },
    },
  ]);
  const owners = shared?.owners.map((owner) => (owner.kind === 'process' ? [owner.pid, owner.fd] : owner));
  t.strictSame(
    owners,
    [
      [812, 4],
      [900, 9],
      [900, 11],
    ],
    'all of them, each descriptor',
  );
  t.equal(shared?.ownersUnknown, null);
  t.match(none, { owners: [], ownersUnknown: 'not-found', origin: null });
});

t.test('names chosen by a process: any bytes, and none of them mislead', async (t) => {
  const root = t.testdir({});
  const hostile = Buffer.from('a\xff\x1b[31m\n', 'latin1');
  const noNul = Buffer.from('e\xffx', 'latin1');
  addProcess(root, 1, {
    comm: hostile,
    exe: noNul,
    argv: [hostile, 'x'],
    cgroup: Buffer.from('0::/\xff\n', 'latin1'),
    start: 100,
    fds: { 3: 'socket:[1]' },
  });
  addProcess(root, 2, { comm: ') S 1 (', argv: ['/bin/x\x1b]0;title\x07'], start: 4242, fds: { 3: 'socket:[2]' } });
  addProcess(root, 3, { comm: 'cleared', argv: [''], fds: { 3: 'socket:[3]' } });
  addProcess(root, 4, { comm: 'thread', argv: [], fds: { 3: 'socket:[4]' } });
  const [one, two, three, four] = (await ownersIn(root, 1, 2, 3, 4)).map(({ owners }) => owners[0] as ProcessOwner);
  t.match(
    one,
    { comm: 'a\\xff\x1b[31m\n', commRaw: hostile.toString('base64') },
    'only the line end of the file is taken off',
  );
  t.match(one, { exe: 'e\\xffx', exeRaw: noNul.toString('base64') });
  t.match(one, { argv0: 'a\\xff\x1b[31m\n', argv0Raw: hostile.toString('base64') });
  t.match(one, { cgroup: '/\\xff', cgroupRaw: Buffer.from('/\xff', 'latin1').toString('base64') });
  t.match(two, { comm: ') S 1 (', argv0: null, exe: null });
  t.equal(two?.commRaw, undefined);
  const started = (owner: ProcessOwner | undefined): number => Date.parse(owner?.startedAt ?? '');
  t.equal(started(two) - started(one), 41_420, 'the start time is found behind the last parenthesis');
  t.match(three, { argv0: null, startedAt: null });
  t.match(four, { argv0: null });
});

t.test('a process whose main thread has exited', async (t) => {
  const root = t.testdir({});
  const cgroup = '0::/system.slice/x.service\n';
  addProcess(root, 5, { comm: 'main', exe: '/bin/x', argv: ['x'], cgroup, livingThread: 6, fds: { 3: 'socket:[9]' } });
  const [one] = await ownersIn(root, 9);
  t.match(one?.owners, [{ pid: 5, fd: 3, comm: 'main', exe: '/bin/x', argv0: 'x', unit: 'x.service' }]);
});

t.test('permission and absence are different answers', { skip: notRoot }, async (t) => {
  const root = shortDirectory(t);
  chmodSync(root, 0o755);
  addProcess(root, 10, { comm: 'open', fds: { 3: 'socket:[10]' } });
  addProcess(root, 11, { comm: 'closed', fds: { 3: 'socket:[11]' } });
  mkdirSync(`${root}/12`);
  t.match(await ownersIn(root, 10, 11), [{ ownersUnknown: null }, { ownersUnknown: null }], 'root sees both');
  chmodSync(`${root}/11/fd`, 0);

  process.seteuid?.(65534);
  const { listeners, source } = await findAndAttach(
    [ofInode(10), ofInode(11), ofInode(12)],
    'auto',
    startOwnerSearch('proc', { procRoot: root }),
  ).finally(() => process.seteuid?.(0));
  t.match(listeners[0]?.owners, [{ comm: 'open' }]);
  t.match(listeners[1], { owners: [], ownersUnknown: 'permission' });
  t.match(listeners[2], { owners: [], ownersUnknown: 'permission' }, 'the holder may be the one that was not seen');
  const denied = { code: 'processes-unreadable', params: { unreadable: 1, processes: 3 } };
  t.match(source, { name: 'owners', via: '/proc', status: 'ok', errors: [], notes: [denied], rows: 3 });

  const [seen] = listeners;
  if (seen === undefined) throw new Error('a listener was lost');
  const errors = [{ code: 'owners-unseen', params: { unseen: 2, listeners: 3 } }, denied];
  t.match(ownersCoverage(source, listeners), { name: 'owners', status: 'partial', errors, notes: [] });
  t.strictSame(ownersCoverage(source, [seen]), source, 'what could not be read matters only where a holder is missing');
  const failed = { ...source, status: 'failed', errors: [] } as const;
  t.strictSame(ownersCoverage(failed, listeners), failed, 'and makes nothing better');
});

t.test('inode 0 is neither looked up nor matched', async (t) => {
  const asked: number[][] = [];
  const find = async (inodes: Uint32Array): Promise<FoundOwners> => {
    asked.push([...inodes]);
    const facts = [{ pid: 1, comm: null, exe: null, exeDenied: false, argv0: null, cgroup: null, startMs: null }];
    const one = (value: number) => Uint32Array.of(value);
    return {
      inode: one(7),
      pid: one(1),
      fd: one(1),
      facts,
      processes: 1,
      unreadable: 0,
      confinement: null,
      via: '/proc',
      notes: [],
      late: 0,
      bootTime: null,
    };
  };
  const sockets = [ofInode(0), ofInode(7), ofInode(0), ofInode(7)];
  const { listeners } = await findAndAttach(sockets, 'proc', find);
  t.strictSame(asked, [[7]], 'and each inode once');
  const unknown = listeners.map(({ ownersUnknown }) => ownersUnknown);
  t.strictSame(unknown, ['no-inode', null, 'no-inode', null]);
});

t.test('a failed search and a disabled one leave owners unknown, with the reason', async (t) => {
  const [failed, skipped] = await Promise.all([
    findAndAttach([ofInode(1)], 'auto', startOwnerSearch('proc', { procRoot: '/nowhere' })),
    findAndAttach([ofInode(1)], 'none', startOwnerSearch('proc', { procRoot: '/nowhere' })),
  ]);
  for (const { listeners } of [failed, skipped]) {
    t.strictSame(
      listeners.map(({ owners, ownersUnknown }) => [owners, ownersUnknown]),
      [[[], 'not-looked']],
    );
  }
  t.match(failed.source, {
    name: 'owners',
    rows: 0,
    status: 'failed',
    errors: [{ code: 'system-call-failed', params: { syscall: 'open', subject: '/nowhere', errno: 'ENOENT' } }],
  });
  const asked = { code: 'owners-not-looked-up', params: {} };
  t.match(skipped.source, { name: 'owners', rows: 0, ms: 0, via: 'none', status: 'partial', errors: [asked] });
});

t.test('facts are joined by pid; of a process without facts the pid is known', (t) => {
  const found: FoundOwners = {
    inode: Uint32Array.of(1, 1, 2),
    pid: Uint32Array.of(5, 6, 6),
    fd: Uint32Array.of(3, 4, 5),
    facts: [{ pid: 5, comm: Buffer.from('x'), exe: null, exeDenied: false, argv0: null, cgroup: null, startMs: 1000 }],
    processes: 2,
    unreadable: 0,
    confinement: null,
    late: 0,
    via: 'bpf',
    notes: [],
    bootTime: null,
  };
  const [one, two] = attachOwners([ofInode(1), ofInode(2)], found);
  t.match(one?.owners, [{ pid: 5, fd: 3, comm: 'x', startedAt: null, unit: null }]);
  t.match(one?.owners[1], { pid: 6, fd: 4, comm: null, exe: null, unit: null });
  t.match(two, { owners: [{ pid: 6, comm: null }], ownersUnknown: null });
  const [dated] = attachOwners([ofInode(1)], { ...found, bootTime: Date.UTC(2026, 0, 31) });
  t.match(dated?.owners, [{ startedAt: '2026-01-31T00:00:01.000Z' }]);
  t.end();
});

t.test('live: this process holds its own listener', async (t) => {
  const { handle, inode, fd } = await listenTcp({ host: '127.0.0.1' });
  t.teardown(() => handle.close());
  const { listeners, source } = await findAndAttach([ofInode(inode)], 'auto', startOwnerSearch('auto'));
  t.match(listeners[0]?.owners, [{ kind: 'process', pid: process.pid, fd, exe: process.execPath }]);
  const [owner] = listeners[0]?.owners ?? [];
  const started = owner?.kind === 'process' ? Date.parse(owner.startedAt ?? '') : 0;
  t.ok(Math.abs(Date.now() - 1000 * process.uptime() - started) < 3000);
  t.match(source, { name: 'owners', via: /^(?:bpf|\/proc)$/ });
});

t.test('in a PID namespace of our own, an owner that is not found may be outside of it', (t) => {
  const source = { name: 'owners', via: '/proc', status: 'ok', errors: [], notes: [], rows: 1, ms: 0 } as const;
  const [seen, hidden] = [held('nc', '0.0.0.0', 1), listener('0.0.0.0', 2, { ownersUnknown: 'not-found' })];
  const notes = [{ code: 'own-pid-namespace', params: {} }];
  t.strictSame(ownersCoverage(source, [seen, hidden], true), { ...source, notes });
  t.strictSame(ownersCoverage(source, [seen], true), source, 'which matters only where one is missing');
  t.strictSame(ownersCoverage(source, [seen, hidden], false), source);
  t.end();
});

t.test('which PID namespace this is', async (t) => {
  const root = t.testdir({
    own: t.fixture('symlink', 'pid:[4026532999]'),
    machine: t.fixture('symlink', 'pid:[4026531836]'),
  });
  t.equal(await isInOwnPidNamespace(`${root}/own`), true);
  t.equal(await isInOwnPidNamespace(`${root}/machine`), false);
  t.equal(await isInOwnPidNamespace(`${root}/none`), false, 'unknown');
});
