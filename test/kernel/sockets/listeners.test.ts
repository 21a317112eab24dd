import t from 'tap';
import { native } from '../../../src/kernel/addon.js';
import type { Table, Tables } from '../../../src/kernel/sockets/capture.js';
import { listenersOf } from '../../../src/kernel/sockets/listeners.js';
import { parseProcInet, parseProcUnix } from '../../../src/kernel/sockets/proc_net.js';
import { LISTENING, TCP_LISTEN } from '../../../src/kernel/sockets/states.js';
import { ABSTRACT, dump } from './dumps.js';

const CONTEXT = { netns: '4026532000', devices: new Map([[1, 'lo']]) };
const SOURCE = { name: '', via: '', status: 'ok', errors: [], notes: [], rows: 0, ms: 0 } as const;

function table<Columns>(detailed: boolean, ...columns: readonly (Columns | null)[]): Table<Columns> {
  return { columns: columns.filter((one) => one !== null), detailed, source: SOURCE };
}

function captured(): Tables {
  const { decodeInet, decodeUnix } = native();
  return {
    tcp: table(true, decodeInet(dump('tcp4.bin')), decodeInet(dump('tcp6.bin'))),
    udp: table(true, decodeInet(dump('udp4.bin')), decodeInet(dump('udp6.bin'))),
    unix: table(true, decodeUnix(dump('unix.bin'))),
  };
}

const text = (name: string): string => dump(`proc-net-${name}.txt`).toString('latin1');

function fromText(): Tables {
  return {
    tcp: table(
      false,
      parseProcInet(text('tcp'), 'tcp', LISTENING.tcp),
      parseProcInet(text('tcp6'), 'tcp', LISTENING.tcp),
    ),
    udp: table(
      false,
      parseProcInet(text('udp'), 'udp', LISTENING.udp),
      parseProcInet(text('udp6'), 'udp', LISTENING.udp),
    ),
    unix: table(false, parseProcUnix(dump('proc-net-unix.txt'))),
  };
}

t.test('every field of each kind of listener', (t) => {
  const listeners = listenersOf(captured(), CONTEXT);
  const common = { uid: 0, netns: '4026532000' };
  const inet = { ...common, type: null, path: null, abstract: null, file: null, cgroupId: '1' };
  const unix = { ...common, address: null, port: null, device: null, v6only: null, drops: null, cgroupId: null };
  // As JSON: it leaves out the room that is kept for what later steps find out.
  const by = (id: string): unknown => JSON.parse(JSON.stringify(listeners.find((one) => one.id === id)));
  t.strictSame(by('tcp:196'), {
    ...inet,
    ...{ id: 'tcp:196', protocol: 'tcp', family: 'ipv4', state: 'LISTEN', address: '127.0.0.53', port: 53 },
    ...{ device: 'lo', v6only: null, inode: 41398, cookie: '196', backlog: { current: 0, max: 1 }, drops: 0 },
  });
  t.strictSame(by('tcp:203'), {
    ...inet,
    ...{ id: 'tcp:203', protocol: 'tcp', family: 'ipv6', state: 'LISTEN', address: '::', port: 6443 },
    ...{ device: null, v6only: false, inode: 41401, cookie: '203', backlog: { current: 0, max: 128 }, drops: 0 },
  });
  t.strictSame(by('udp:207'), {
    ...inet,
    ...{ id: 'udp:207', protocol: 'udp', family: 'ipv4', state: 'UNCONN', address: '127.0.0.1', port: 5353 },
    ...{ device: null, v6only: null, inode: 41406, cookie: '207', backlog: null, drops: 18 },
  });
  t.strictSame(by('unix:212'), {
    ...unix,
    ...{ id: 'unix:212', protocol: 'unix', family: 'unix', state: 'LISTEN', type: 'stream' },
    ...{ path: '/tmp/sw-capture.sock', abstract: null, file: { device: 254 << 20, inode: 2146514 } },
    ...{ inode: 41410, cookie: '212', backlog: { current: 0, max: 9 } },
  });
  t.strictSame(by('unix:215'), {
    ...unix,
    ...{ id: 'unix:215', protocol: 'unix', family: 'unix', state: 'LISTEN', type: 'stream', path: null, file: null },
    ...{ abstract: 'abstract\n\x1b[31m\\xff\0tail', abstractRaw: ABSTRACT.toString('base64') },
    ...{ inode: 41413, cookie: '215', backlog: { current: 0, max: 4 } },
  });
  t.match(by('tcp:197'), { backlog: { current: 2, max: 7 } }, 'connections not yet accepted');
  t.match(by('tcp:202'), { address: '::ffff:127.0.0.1', v6only: false }, 'v4-mapped stays what it is');
  t.match(by('unix:213'), { state: 'UNCONN', type: 'dgram', path: '/tmp/sw-capture.dgram', backlog: null });
  t.match(by('unix:214'), { state: 'LISTEN', type: 'seqpacket', backlog: { current: 0, max: 3 } });
  t.notOk(
    listeners.some(({ id }) => id === 'unix:211'),
    'a stream that never listened is none',
  );
  t.equal(listeners.length, 5 + 4 + 4 + 2 + 4);
  t.equal(new Set(listeners.map(({ id }) => id)).size, listeners.length, 'ids are unique, SO_REUSEPORT members too');
  t.end();
});

t.test('from /proc/net: the same sockets, with null for missing fields', (t) => {
  const listeners = listenersOf(fromText(), CONTEXT);
  type One = (typeof listeners)[number];
  const inodeOf = ({ id, inode }: One) => (inode === 0 ? Number(id.split(':i')[1]) : inode);
  const key = (one: One) => {
    const { protocol, family, state, type, address, port, path } = one;
    return JSON.stringify([protocol, family, state, type, address, port, inodeOf(one), path]);
  };
  t.strictSame(listeners.map(key).sort(), listenersOf(captured(), CONTEXT).map(key).sort());
  for (const one of listeners) {
    t.match(one, { cookie: null, v6only: null, device: null, backlog: null, cgroupId: null, file: null }, one.id);
    t.equal(one.id, `${one.protocol}:i${inodeOf(one)}`);
    t.equal(one.uid, one.protocol === 'unix' ? null : 0);
  }
  t.equal(listeners.find(({ port }) => port === 5353)?.drops, 18);
  t.equal(listeners.find(({ port }) => port === 10250)?.drops, null);
  const doubtful = listeners
    .filter(({ inode }) => inode === 0)
    .map(({ path, abstract }) => path ?? abstract?.slice(0, 8));
  t.same(doubtful, ['/tmp/sw-capture.dgram', '/tmp/sw-capture.seq', 'abstract'], 'short names, one after the other');
  t.end();
});

t.test('an interface without a known name is given by its index', (t) => {
  const [first] = listenersOf(captured(), { ...CONTEXT, devices: new Map() });
  t.equal(first?.device, '#1');
  t.end();
});

t.test('values that the kernel did not give are null, not the placeholders of the columns', (t) => {
  const columns = native().decodeInet(dump('tcp6.bin'));
  columns.v6only.fill(255);
  columns.drops.fill(2 ** 32 - 1);
  columns.cookie.fill(0n);
  columns.cgroup.fill(0n);
  const unix = native().decodeUnix(dump('unix.bin'));
  unix.uid.fill(2 ** 32 - 1);
  columns.uid.fill(1000);
  const listeners = listenersOf({ tcp: table(true, columns), udp: table(true), unix: table(true, unix) }, CONTEXT);
  t.match(listeners[0], { id: 'tcp:i41403', uid: 1000, v6only: null, drops: null, cookie: null, cgroupId: null });
  t.match(listeners.at(-1), { protocol: 'unix', uid: null });
  columns.cookie.fill(2n ** 64n - 1n);
  columns.cgroup.fill(2n ** 53n + 1n);
  const [large] = listenersOf({ tcp: table(true, columns), udp: table(true), unix: table(true) }, CONTEXT);
  t.match(large, { cookie: '18446744073709551615', cgroupId: '9007199254740993' }, '64 bits are kept');
  t.end();
});

t.test('unix sockets without a name', (t) => {
  const [STREAM, DGRAM, CLOSE] = [1, 2, 7];
  const first = (type: number, state: number) => {
    const columns = native().decodeUnix(dump('unix.bin'));
    columns.type[0] = type;
    columns.state[0] = state;
    const listeners = listenersOf({ tcp: table(true), udp: table(true), unix: table(true, columns) }, CONTEXT);
    return listeners.find(({ inode }) => inode === 41416) ?? null;
  };
  t.equal(first(STREAM, CLOSE), null, 'a stream that was never bound');
  t.equal(first(DGRAM, CLOSE), null, 'a datagram socket that nobody can write to by name');
  t.match(
    first(STREAM, TCP_LISTEN),
    { path: null, abstract: null, state: 'LISTEN', file: null },
    'autobound or not, it listens',
  );
  t.end();
});

t.test('tables that could not be read have no listeners', (t) => {
  t.strictSame(listenersOf({ tcp: table(true), udp: table(true), unix: table(false) }, CONTEXT), []);
  t.end();
});
