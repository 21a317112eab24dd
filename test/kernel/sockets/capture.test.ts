import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import t from 'tap';
import { nowMs } from '../../../src/base/clock.js';
import { coverageOf, elapsedMs } from '../../../src/base/coverage.js';
import { type CaptureOptions, captureTables } from '../../../src/kernel/sockets/capture.js';
import { MODULE_FILES, reasonNotToAsk } from '../../../src/kernel/sockets/diag_handler.js';
import type { Listener } from '../../../src/kernel/sockets/listener.js';
import { listenersOf } from '../../../src/kernel/sockets/listeners.js';
import { CLOSED_NETNS } from '../netns.js';
import { bindUdp, listenTcp, shortDirectory } from './live.js';

const OWN: CaptureOptions = { netns: null, allowModuleLoad: false };
const CONTEXT = { netns: '1', devices: new Map([[1, 'lo']]) };

t.test('sock_diag and /proc/net have the same listeners of this process', async (t) => {
  const directory = t.testdir({ modules: '', builtin: '' });
  const path = `${shortDirectory(t)}/x.sock`;
  const unix = createServer().listen(path);
  await once(unix, 'listening');
  const dgram = `${path}.dgram`;
  const program =
    'import socket, sys; s = socket.socket(1, 2); s.bind(sys.argv[1]); print(1, flush=True); sys.stdin.read()';
  const child = spawn('python3', ['-c', program, dgram], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const v4 = await listenTcp({ host: '127.0.0.1', backlog: 5 });
  const v6 = await listenTcp({ host: '::', ipv6Only: true });
  const udp = await bindUdp('127.0.0.1');
  t.teardown(() => {
    child.kill();
    unix.close();
    v4.handle.close();
    v6.handle.close();
    udp.handle.close();
  });

  const asked = await captureTables(OWN);
  const read = await captureTables({
    ...OWN,
    moduleFiles: { loaded: `${directory}/modules`, builtin: `${directory}/builtin` },
  });
  for (const name of ['tcp', 'udp', 'unix'] as const) {
    t.match(asked[name], { detailed: true, source: { name, via: 'sock_diag', status: 'ok', errors: [], notes: [] } });
    t.match(read[name], { detailed: false, source: { name, via: '/proc/net', status: 'ok', errors: [] } });
    const why = { code: 'diag-module-not-loaded', params: { module: `${name}_diag` } };
    t.strictSame(read[name].source.notes, [why], 'a note says why, and nothing is missing');
    t.ok(asked[name].source.rows > 0 && read[name].source.rows > 0);
  }

  const inodes = new Set([v4.inode, v6.inode, udp.inode]);
  const isOurs = (one: Listener): boolean => inodes.has(one.inode) || one.path === path || one.path === dgram;
  const summary = ({ protocol, family, state, address, port, inode, path, uid }: Listener) =>
    JSON.stringify({ protocol, family, state, address, port, inode, path, uid: protocol === 'unix' ? 0 : uid });
  const ours = [asked, read].map((tables) => listenersOf(tables, CONTEXT).filter(isOurs));
  const [first = [], second = []] = ours;
  t.equal(first.length, 5);
  t.strictSame(first.map(summary).sort(), second.map(summary).sort());
  t.match(
    first.find(({ inode }) => inode === v6.inode),
    { address: '::', port: v6.port, v6only: true },
  );
  t.match(
    second.find(({ inode }) => inode === v6.inode),
    { address: '::', port: v6.port, v6only: null },
  );
});

const unloaded = await reasonNotToAsk('tcp', MODULE_FILES);
const wouldLoad = unloaded === null ? false : `this test would load a module here: ${unloaded.code}`;

t.test(
  'sock_diag is used if loading modules is allowed, whatever the module files say',
  { skip: wouldLoad },
  async (t) => {
    const directory = t.testdir({ modules: '', builtin: '' });
    const moduleFiles = { loaded: `${directory}/modules`, builtin: `${directory}/builtin` };
    const { tcp } = await captureTables({ netns: null, allowModuleLoad: true, moduleFiles });
    t.match(tcp.source, { via: 'sock_diag', status: 'ok', notes: [] });
  },
);

t.test('a namespace that cannot be entered fails every table, without rows', async (t) => {
  const tables = await captureTables({ netns: CLOSED_NETNS, allowModuleLoad: false });
  for (const { columns, source } of [tables.tcp, tables.udp, tables.unix]) {
    t.match(source, { status: 'failed', rows: 0 }, source.name);
    t.match(source.errors, [{ code: 'diag-failed', params: { syscall: 'setns', errno: 'EBADF' } }]);
    t.strictSame(columns, []);
  }
  t.strictSame(listenersOf(tables, CONTEXT), []);
});

t.test('coverage is complete only if all sources are', (t) => {
  const source = { name: 'tcp', via: '', error: null, note: null, errors: [], notes: [], rows: 0, ms: 0 };
  const of = (...states: ('ok' | 'partial' | 'failed')[]) =>
    coverageOf(states.map((status) => ({ ...source, status })));
  t.equal(of('ok', 'ok').complete, true);
  t.equal(of('ok', 'partial').complete, false);
  t.equal(of('failed', 'ok').complete, false);
  t.equal(of('ok', 'failed').sources.length, 2);
  const took = elapsedMs(nowMs() - 123.456);
  t.ok(took >= 123.4 && took < 1000 && Number.isInteger(Math.round(took * 1e6) / 1e5), 'milliseconds, to a tenth');
  t.end();
});
