import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import {
  capture,
  coverage,
  held,
  ids,
  judge,
  listener,
  NO_ROUTE,
  notes,
  processOwner,
  row,
  rowNote,
  spec,
  verdictOf,
} from './factory.js';

const PORT = 2379;
type Checker = Pick<typeof t, 'equal'>;
type Place = readonly [address: string, changes?: Partial<OwnedListener>];

/** Where a listener can be. eth0 (192.0.2.2, fd00::2) has the default route, eth1 (198.51.100.2) has not. */
const PLACES = {
  'loopback 127.0.0.1': ['127.0.0.1'],
  'loopback 127.0.0.53': ['127.0.0.53', { device: 'lo' }],
  'loopback ::1': ['::1'],
  'loopback mapped': ['::ffff:127.0.0.1', { v6only: false }],
  'loopback wildcard%lo': ['0.0.0.0', { device: 'lo' }],
  'default IPv4': ['192.0.2.2'],
  'default IPv6': ['fd00::2'],
  'default mapped': ['::ffff:192.0.2.2', { v6only: false }],
  'default wildcard%eth0': ['0.0.0.0', { device: 'eth0' }],
  'other IPv4': ['198.51.100.2'],
  'other wildcard%eth1': ['::', { device: 'eth1' }],
  'wildcard 0.0.0.0': ['0.0.0.0'],
  'wildcard dual ::': ['::', { v6only: false }],
  'wildcard mapped': ['::ffff:0.0.0.0', { v6only: false }],
  'wildcard v6only ::': ['::', { v6only: true }],
  'wildcard unknown ::': ['::', { v6only: null }],
} as const satisfies Record<string, Place>;

type PlaceName = keyof typeof PLACES;

function at(name: PlaceName): Place {
  return PLACES[name];
}

/** Expectations by the first word of a place's name, or by its whole name, which goes first. */
type Expected = Partial<Record<PlaceName | 'loopback' | 'default' | 'other' | 'wildcard', string>>;

function check(t: Checker, host: string, listen: (place: Place) => OwnedListener, expected: Expected): void {
  for (const name of Object.keys(PLACES) as PlaceName[]) {
    const [scope = ''] = name.split(' ');
    const wanted = expected[name] ?? expected[scope as keyof Expected];
    const finding = judge(row(`${host}:${PORT}`, 'etcd'), { sockets: [listen(at(name))] });
    t.equal(finding.verdict, wanted, `${host}, in reality ${name}`);
  }
}

t.test("its own service: the row's host against where it listens", (t) => {
  const own = ([address, changes]: Place): OwnedListener => held('etcd', address, PORT, changes);
  check(t, 'localhost', own, { loopback: 'ok', default: 'exposed', other: 'exposed', wildcard: 'exposed' });
  check(t, 'default', own, { loopback: 'narrowed', default: 'ok', other: 'wrong-address', wildcard: 'exposed' });
  check(t, '*', own, {
    ...{ loopback: 'narrowed', default: 'narrowed', other: 'narrowed', wildcard: 'ok' },
    'wildcard v6only ::': 'narrowed',
    'wildcard unknown ::': 'unverified',
  });
  check(t, '127.0.0.53', own, {
    ...{ loopback: 'wrong-address', default: 'exposed', other: 'exposed', wildcard: 'exposed' },
    'loopback 127.0.0.53': 'ok',
  });
  const literal: Expected = {
    loopback: 'narrowed',
    default: 'wrong-address',
    other: 'wrong-address',
    wildcard: 'exposed',
  };
  check(t, '198.51.100.2', own, { ...literal, 'other IPv4': 'ok' });
  check(t, '198.51.100.0/24', own, { ...literal, 'other IPv4': 'ok' });
  check(t, '192.0.0.0/16', own, { ...literal, 'default IPv4': 'ok', 'default mapped': 'ok' });
  check(t, '[fd00::/64]', own, { ...literal, 'default IPv6': 'ok' });
  t.end();
});

t.test('a network of all addresses is what a wildcard listens on', (t) => {
  const sockets = [held('etcd', '0.0.0.0', PORT)];
  t.equal(judge(row(`0.0.0.0/0:${PORT}`, 'etcd'), { sockets }).verdict, 'ok');
  t.equal(judge(row(`[::/0]:${PORT}`, 'etcd'), { sockets: [held('etcd', '::', PORT)] }).verdict, 'ok');
  t.end();
});

t.test("somebody else: theirs where it takes the row's address, otherwise the row is missing", (t) => {
  const foreign = ([address, changes]: Place): OwnedListener => held('minio', address, PORT, changes);
  check(t, 'localhost', foreign, {
    loopback: 'wrong-owner',
    default: 'missing',
    other: 'missing',
    wildcard: 'wrong-owner',
  });
  check(t, 'default', foreign, {
    loopback: 'missing',
    default: 'wrong-owner',
    other: 'missing',
    wildcard: 'wrong-owner',
  });
  const all = 'wrong-owner';
  check(t, '*', foreign, { loopback: all, default: all, other: all, wildcard: all });
  check(t, '198.51.100.0/24', foreign, {
    ...{ loopback: 'missing', default: 'missing', other: 'missing', wildcard: 'wrong-owner' },
    'other IPv4': 'wrong-owner',
  });
  t.end();
});

t.test('an owner who is not seen: unverified, unless it is too wide whoever it is', (t) => {
  const unseen = ([address, changes]: Place): OwnedListener => listener(address, PORT, changes);
  const open = 'unverified';
  check(t, 'localhost', unseen, { loopback: open, default: open, other: open, wildcard: 'exposed' });
  check(t, 'default', unseen, { loopback: open, default: open, other: open, wildcard: 'exposed' });
  check(t, '*', unseen, { loopback: open, default: open, other: open, wildcard: open });
  t.end();
});

t.test('nobody: missing where the tables were read completely', (t) => {
  for (const host of ['localhost', 'default', '*', '192.0.2.0/24']) {
    t.match(judge(row(`${host}:${PORT}`, 'etcd'), {}), { verdict: 'missing', severity: 'error', sockets: [] });
  }
  const near = [
    held('etcd', '127.0.0.1', PORT + 1),
    held('etcd', '127.0.0.1', PORT, { protocol: 'udp' }),
    held('etcd', '', PORT, { protocol: 'unix', address: null, port: null }),
  ];
  t.equal(
    judge(row(`localhost:${PORT}`, 'etcd'), { sockets: near }).verdict,
    'missing',
    'port and protocol must agree',
  );
  const udp = judge(row(`localhost:${PORT}/udp`, 'etcd'), { sockets: near });
  t.equal(udp.verdict, 'ok');
  t.end();
});

t.test('a stricter address is information where clients reach it or a note calls it hardening, else a warning', (t) => {
  const addresses = ['fd00::2'];
  const ipv6Only = { node: { ...capture([]).node, defaultAddresses: addresses } };
  const unread = { coverage: coverage({ tcp: 'partial' }) };
  const hardening = notes({ rows: [rowNote({ service: 'etcd' }, { hardening: 'It is meant.' })] });
  const v6only = { v6only: true };
  const cases: [string, OwnedListener, Parameters<typeof judge>[1], string][] = [
    ['*', held('etcd', '127.0.0.1', PORT), {}, 'narrowed warning unreachable-address'],
    ['*', held('etcd', '::1', PORT), {}, 'narrowed warning unreachable-address'],
    ['default', held('etcd', '127.0.0.1', PORT), {}, 'narrowed warning unreachable-address'],
    ['*', held('etcd', '192.0.2.2', PORT), {}, 'narrowed info stricter-address'],
    ['*', held('etcd', '127.0.0.1', PORT), { notes: hardening }, 'narrowed info stricter-address'],
    ['*', held('etcd', '::', PORT, v6only), {}, 'narrowed warning serves-ipv6-only'],
    ['*', held('etcd', '::', PORT, v6only), { observed: ipv6Only }, 'narrowed info serves-ipv6-only'],
    ['*', held('etcd', '0.0.0.0', PORT), { observed: ipv6Only }, 'narrowed warning serves-ipv4-only'],
    ['*', held('etcd', '127.0.0.1', PORT), { observed: unread }, 'unverified unknown wider-address-unread'],
    ['*', held('etcd', '::', PORT, v6only), { observed: unread }, 'unverified unknown wider-address-unread'],
    ['*', held('etcd', '192.0.2.2', PORT), { observed: unread }, 'narrowed info stricter-address'],
  ];
  for (const [host, one, context, expected] of cases) {
    const { verdict, severity, code } = judge(row(`${host}:${PORT}`, 'etcd'), { sockets: [one], ...context });
    t.equal(`${verdict} ${severity} ${code}`, expected, `${host} on ${one.address}`);
  }
  t.end();
});

t.test('several sockets answer one row', (t) => {
  const own = (address: string, changes?: Partial<OwnedListener>) => held('etcd', address, PORT, changes);
  const foreign = (address: string) => held('minio', address, PORT);
  const unseen = (address: string) => listener(address, PORT);
  const v6 = { v6only: true };
  const cases: [name: string, host: string, sockets: OwnedListener[], verdict: string][] = [
    ['SO_REUSEPORT: two of its own', '*', [own('0.0.0.0'), own('0.0.0.0')], 'ok'],
    [
      'SO_REUSEPORT: a foreign member decides',
      '*',
      [own('0.0.0.0'), own('0.0.0.0'), foreign('0.0.0.0')],
      'wrong-owner',
    ],
    [
      'a foreign one decides however many are right',
      'localhost',
      [own('127.0.0.1'), own('::1'), foreign('127.0.0.1')],
      'wrong-owner',
    ],
    [
      'a foreign one, with an unseen one beside it',
      'localhost',
      [foreign('127.0.0.1'), unseen('127.0.0.1')],
      'wrong-owner',
    ],
    ['wider, with an unseen one in its place', 'default', [own('0.0.0.0'), unseen('192.0.2.2')], 'exposed'],
    ['one a family', '*', [own('0.0.0.0'), own('::', v6)], 'ok'],
    ['etcd on default and loopback', 'default', [own('192.0.2.2'), own('127.0.0.1')], 'ok'],
    [
      'a wildcard is right, a stricter extra takes nothing away',
      '*',
      [own('::', { v6only: false }), own('127.0.0.1')],
      'ok',
    ],
    ['right, and wider besides', 'default', [own('192.0.2.2'), own('0.0.0.0')], 'exposed'],
    ['right on loopback, and reachable besides', 'localhost', [own('127.0.0.1'), own('192.0.2.2')], 'exposed'],
    ['foreign before wider', 'default', [own('0.0.0.0'), foreign('192.0.2.2')], 'wrong-owner'],
    ['stricter and on another interface', 'default', [own('127.0.0.1'), own('198.51.100.2')], 'wrong-address'],
    ['stricter twice', '*', [own('127.0.0.1'), own('192.0.2.2')], 'narrowed'],
    ['right, with an unseen one beside it', '*', [own('0.0.0.0'), unseen('0.0.0.0')], 'unverified'],
    ['stricter, with an unseen one in its place', 'default', [own('127.0.0.1'), unseen('192.0.2.2')], 'unverified'],
    ['IPv6 only, and an unseen one that may serve IPv4', '*', [own('::', v6), unseen('0.0.0.0')], 'unverified'],
    ['IPv6 only twice', '*', [own('::', v6), own('::', v6)], 'narrowed'],
    ['IPv6 only, and one that may be dual', '*', [own('::', v6), own('::', { v6only: null })], 'unverified'],
  ];
  for (const [name, host, sockets, verdict] of cases) {
    const finding = judge(row(`${host}:${PORT}`, 'etcd'), { sockets });
    t.equal(finding.verdict, verdict, name);
    t.strictSame([...finding.sockets].sort(), ids(sockets), `${name}: all are listed`);
  }
  t.end();
});

t.test('a stranger beside the row takes nothing away, and is reported by itself', (t) => {
  const mine = held('etcd', '192.0.2.2', PORT);
  const other = held('minio', '198.51.100.2', PORT);
  const { findings } = evaluate(spec([row(`default:${PORT}`, 'etcd')]), capture([mine, other]), 'worker');
  t.strictSame(
    findings.map(({ verdict, sockets }) => [verdict, sockets]),
    [
      ['ok', [mine.id]],
      ['unexpected', [other.id]],
    ],
  );
  t.end();
});

t.test('without a default route the address meant by `default` is not known', (t) => {
  const node = NO_ROUTE;
  const why = 'this node has no default route, and no address of k8sd is known';
  const cases: [string, OwnedListener[]][] = [
    ['nobody', []],
    ['the service', [held('etcd', '192.0.2.2', PORT)]],
    ['the service, on the wildcard', [held('etcd', '0.0.0.0', PORT)]],
    ['somebody else', [held('minio', '192.0.2.2', PORT)]],
  ];
  for (const [name, sockets] of cases) {
    const finding = judge(row(`default:${PORT}`, 'etcd'), { sockets, observed: { node } });
    t.match(finding, { verdict: 'unverified', severity: 'unknown', reason: why, sockets: ids(sockets) }, name);
    t.match(finding.message, why);
  }
  const local = judge(row(`localhost:${PORT}`, 'etcd'), {
    sockets: [held('etcd', '127.0.0.1', PORT)],
    observed: { node },
  });
  t.equal(local.verdict, 'ok', 'other rows do not need one');
  const star = judge(row(`*:${PORT}`, 'etcd'), { sockets: [held('etcd', '192.0.2.2', PORT)], observed: { node } });
  t.equal(star.verdict, 'narrowed');
  t.end();
});

t.test('the right name from the wrong installation', (t) => {
  const known = notes({ services: { etcd: { units: ['snap.k8s.etcd.service'] } } });
  const distro = held('etcd', '192.0.2.2', PORT, { owners: [processOwner('etcd', { unit: 'etcd.service' })] });
  const minio = held('minio', '192.0.2.2', PORT);
  for (const sockets of [[distro], [distro, minio]]) {
    const finding = judge(row(`default:${PORT}`, 'etcd'), { sockets, notes: known });
    t.match(finding, { verdict: 'wrong-owner', code: 'not-its-unit' });
  }
  t.equal(judge(row(`default:${PORT}`, 'etcd'), { sockets: [minio], notes: known }).code, 'held-by-another');
  t.end();
});

t.test('what a finding says', (t) => {
  const owner = processOwner('etcd', { pid: 9, unit: 'snap.k8s.etcd.service' });
  const ok = judge(row(`default:${PORT}`, 'etcd'), { sockets: [held('etcd', '192.0.2.2', PORT, { owners: [owner] })] });
  t.equal(verdictOf(ok), 'ok by unit');
  t.equal(ok.message, 'etcd (pid 9, /snap/k8s/1/bin/etcd, snap.k8s.etcd.service) is listening on 192.0.2.2:2379');
  t.strictSame(ok.expected, { service: 'etcd', host: 'default', port: PORT, protocol: 'tcp', path: null, role: null });

  t.end();
});
