import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import t, { type Test } from 'tap';
import { Deadline } from '../../src/base/deadline.js';
import { native } from '../../src/kernel/addon.js';
import type { Listener } from '../../src/kernel/sockets/listener.js';
import type { BindFailed, Change } from '../../src/snapshot/document/change.js';
import { findAddressOwners } from '../../src/snapshot/who/address_owners.js';
import { fileAt } from '../../src/watch/changes/bound_file.js';
import { CLI } from '../live/cli.js';
import type { FollowStream } from '../live/follow_stream.js';
import { listener, unixListener } from '../verdict/factory.js';
import { evaluated } from '../watch/evaluated.js';
import {
  follow,
  HAS_EBPF,
  isAtLeast,
  loadedDiagModules,
  loadedModules,
  METHOD,
  mustRun,
  once,
  ownersOf,
  PATIENCE_MS,
  placesOf,
  Sockets,
  sourceOf,
} from './guest.js';

/* Everywhere. In order: first no *_diag module is loaded and tracefs is not mounted, as after boot. */

const mounts = (): string => readFileSync('/proc/self/mountinfo', 'utf8');
const DIAG = ['tcp_diag', 'udp_diag', 'unix_diag'];

t.test('--version', (t) => {
  t.match(mustRun(process.execPath, CLI, '--version'), /^k8s-sockwatch \d+\.\d+\.\d+ \(with eBPF\)\n$/);
  t.end();
});

/** Owners by eBPF and by /proc are the same, and all of ours are among them. */
function sameOwners(t: Test, sockets: Sockets, opened: readonly string[]): void {
  const byProc = once('--owners', 'proc');
  const owners = ownersOf(byProc);
  for (const name of opened) {
    const place = Sockets.places[name];
    // Bound sockets that do not listen are no listeners.
    if (place !== undefined)
      t.match(owners[place]?.join(), new RegExp(`^${sockets.pid} python3 /.*python3`), `/proc: ${place}`);
  }
  const auto = once();
  t.equal(sourceOf(auto, 'owners').via, HAS_EBPF ? 'bpf' : '/proc', 'the way that is chosen');
  t.strictSame(ownersOf(auto), owners);
  if (HAS_EBPF) {
    const byBpf = once('--owners', 'bpf');
    t.strictSame([sourceOf(byBpf, 'owners').via, sourceOf(byBpf, 'owners').status], ['bpf', 'ok']);
    t.strictSame(ownersOf(byBpf), owners, 'the same by eBPF and by /proc');
  } else {
    t.match(sourceOf(auto, 'owners').notes, [{ code: 'bpf-kernel-too-old' }], 'coverage says why');
  }
}

const PAGE = `# Services on all nodes

| Interface & Port | Protocol | Service | Description |
| --- | --- | --- | --- |
| localhost:7005 | TCP | python3 | Bound, and does not listen. |
`;

/** A service that has its port without listening is named, also where the kernel does not list such sockets. */
function boundOnly(t: Test): void {
  const page = `${tmpdir()}/page.md`;
  writeFileSync(page, PAGE);
  const { findings } = once('--spec', page);
  const row = findings.find(({ expected }) => expected?.port === 7005);
  t.match(row, { verdict: 'missing', code: HAS_EBPF ? 'bound-not-listening' : 'runs-but-not-here' }, 'the row of 7005');
}

async function openings(t: Test, stream: FollowStream, sockets: Sockets): Promise<void> {
  const from = stream.changes.length;
  const since = (): readonly Change[] => stream.changes.slice(from);
  const opened = await sockets.command('open');
  t.equal(opened.includes('mptcp'), isAtLeast(6, 1), 'MPTCP');
  t.equal(opened.includes('uring'), isAtLeast(6, 11), 'io_uring can bind from 6.11 on');
  const places = opened.flatMap((name) => Sockets.places[name] ?? []).sort();
  const areAll = (event: 'opened' | 'closed') => () => {
    const seen = placesOf(since(), event);
    return places.every((place) => seen.includes(place));
  };
  await stream.until(areAll('opened'), 'openings', PATIENCE_MS);
  if (HAS_EBPF) {
    const failed = await sockets.command('fail');
    t.strictSame(failed, opened, 'each second bind fails');
    const failures = () => since().flatMap((change) => (change.event === 'bind-failed' ? change : []));
    await stream.until(() => failures().length >= failed.length, 'failed binds', PATIENCE_MS);
    const [port] = await sockets.command('nobind');
    const closedAgain = (change: Change) => change.event === 'closed' && String(change.socket.port) === port;
    await stream.until(() => since().some(closedAgain), 'a listener without bind', PATIENCE_MS);
    checkFailures(t, failures(), failed, sockets);
  }
  await sockets.command('close');
  await stream.until(areAll('closed'), 'closings', PATIENCE_MS);
  const others = (event: 'opened' | 'closed') =>
    placesOf(since(), event)
      .filter((place) => places.includes(place))
      .sort();
  t.strictSame(others('opened'), places, 'each opened once');
  t.strictSame(others('closed'), places, 'and closed once');
  t.notOk(
    since().some((change) => 'socket' in change && change.socket.port === 0),
    'no listener has port 0',
  );
}

function checkFailures(t: Test, failures: readonly BindFailed[], failed: readonly string[], sockets: Sockets): void {
  for (const name of failed) {
    const place = name === 'bound' ? 'tcp 127.0.0.1:7005' : (Sockets.places[name] ?? '');
    const failure = failures.find((one) => {
      const theirs = one.place.replace(/^@/, '').replace(/^\[(.*)\]/, '$1');
      return `${one.protocol} ${theirs}` === place;
    });
    t.match(failure, { code: 'EADDRINUSE', process: { pid: sockets.pid } }, `the bind to ${place} failed`);
  }
  t.equal(failures.length, failed.length, 'no other bind failed');
}

/** Who has the addresses. `--follow` looks for them when its budget of processor time allows that, which emulation exhausts. */
async function addressOwners(t: Test, { pid }: Sockets, opened: readonly string[]): Promise<void> {
  const at = (address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp') =>
    listener(address, port, { protocol, family: address.includes(':') ? 'ipv6' : 'ipv4', inode: 0 });
  const wanted: Readonly<Record<string, Listener>> = {
    tcp4: at('127.0.0.1', 7001),
    tcp6: at('::1', 7002),
    udp: at('127.0.0.1', 7003, 'udp'),
    mptcp: at('127.0.0.1', 7004),
    path: { ...unixListener(`${tmpdir()}/held-with-a-name-after-which-no-line-can-be-part-of-it.sock`), inode: 0 },
    bound: at('127.0.0.1', 7005),
    uring: at('127.0.0.1', 7006),
  };
  const names = opened.filter((name) => name in wanted);
  const asked = names.flatMap((name) => {
    const one = wanted[name];
    return one === undefined ? [] : { listener: one, pid: process.pid };
  });
  const target = { netns: null, owners: 'auto', allowModuleLoad: false } as const;
  const context = evaluated();
  const netns = String(native().ownNetnsInode());
  const found = await findAddressOwners(
    asked,
    target,
    { ...context, node: { ...context.node, netns } },
    new Deadline(PATIENCE_MS),
    { fileAt, limit: 16 },
  );
  for (const [number, name] of names.entries()) {
    if (name === 'bound' && !HAS_EBPF) {
      const code = loadedModules().includes('tcp_diag') ? 'bound-not-listed' : 'diag-module-not-loaded';
      t.match(found[number], { holders: [], unknown: { code } }, 'a socket that is merely bound is not listed: said');
    } else {
      const pids = found[number]?.holders.flatMap(({ owners }) => owners.map((owner) => 'pid' in owner && owner.pid));
      t.strictSame(pids, [pid], `the owner of the address of ${name}`, { found: found[number] });
    }
  }
}

t.test('with nothing loaded, nothing is loaded', async (t) => {
  const [modules, mounted] = [loadedModules(), mounts()];
  t.strictSame(loadedDiagModules(), [], 'as after boot');
  t.notMatch(mounted, / tracefs /, 'tracefs is not mounted');
  const sockets = new Sockets(t);
  const opened = await sockets.command('open');
  sameOwners(t, sockets, opened);
  boundOnly(t);
  await addressOwners(t, sockets, opened);
  await sockets.command('close');
  const stream = await follow(t, '--interval', '1');
  t.match(stream.changes[0], { mode: HAS_EBPF ? 'ebpf' : 'polling', method: METHOD });
  if (!HAS_EBPF) t.match(stream.changes[0], { refusal: { code: 'bpf-kernel-too-old' } });
  await openings(t, stream, sockets);
  t.equal(await stream.stop(), 0);
  t.equal(stream.stderr, '');
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
  t.strictSame(loadedModules(), modules);
  t.equal(mounts(), mounted);
});

t.test('modules that somebody else loads in between change no verdict', async (t) => {
  const sockets = new Sockets(t);
  await sockets.command('open');
  const stream = await follow(t, '--interval', '1');
  const from = stream.changes.length;
  mustRun('modprobe', '-a', ...DIAG);
  t.strictSame(
    loadedDiagModules().filter((name) => DIAG.includes(name)),
    DIAG,
  );
  // Its closing is reported after a reading of the tables, by then through sock_diag.
  const other = new Sockets(t);
  const [port = ''] = await other.command('nobind');
  await sockets.command('close');
  const isClosed = (change: Change) => change.event === 'closed' && change.socket.port === 7003;
  await stream.until((changes) => changes.slice(from).some(isClosed), 'a closing', PATIENCE_MS);
  await stream.stop();
  const repeated = placesOf(stream.changes.slice(from), 'opened').filter((place) => !place.endsWith(`:${port}`));
  t.strictSame(repeated, [], 'nothing opened');
  const verdicts = stream.changes.slice(from).flatMap((change) => (change.event === 'verdict' ? change : []));
  t.strictSame(
    verdicts.filter(({ after }) => after !== null),
    [],
    'no finding comes again',
  );
});

t.test('with modules', async (t) => {
  const sockets = new Sockets(t);
  const opened = await sockets.command('open');
  sameOwners(t, sockets, opened);
  boundOnly(t);
  await addressOwners(t, sockets, opened);
  t.equal(sourceOf(once(), 'tcp').via, 'sock_diag');
  await sockets.command('close');
  const stream = await follow(t, '--interval', '1');
  await openings(t, stream, sockets);
  t.equal(await stream.stop(), 0);
  t.strictSame(stream.invalid(), [], 'every line fits its schema');
});

t.test('--allow-module-load loads them', (t) => {
  mustRun('modprobe', '-r', '-a', ...DIAG);
  t.strictSame(loadedDiagModules(), []);
  t.equal(sourceOf(once(), 'tcp').via, '/proc/net');
  t.strictSame(loadedDiagModules(), [], 'not without it');
  t.equal(sourceOf(once('--allow-module-load'), 'tcp').via, 'sock_diag');
  t.ok(DIAG.every((name) => loadedDiagModules().includes(name)));
  t.end();
});
