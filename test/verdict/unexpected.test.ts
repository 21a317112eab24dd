import t from 'tap';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { ListenerNote } from '../../src/spec/notes.js';
import { NO_NOTES } from '../../src/spec/notes.js';
import { explain, unexpectedFindings } from '../../src/verdict/unexpected.js';
import { device, held, ids, listener, listenerNote, NODE, notes, processOwner, unixListener } from './factory.js';

const none = NO_NOTES;
const find = (sockets: OwnedListener[], known = none) =>
  unexpectedFindings(
    sockets
      .filter(({ protocol }) => protocol !== 'unix')
      .map((one) => [one, explain(one, known, NODE, false)] as const),
    NODE,
  );

t.test('what nothing explains: a warning where it can be reached, information on loopback', (t) => {
  const cases: [string, OwnedListener, 'warning' | 'info'][] = [
    ['the wildcard', held('nc', '0.0.0.0', 9000), 'warning'],
    ['IPv6', held('nc', '::', 9000), 'warning'],
    ['the default interface', held('nc', '192.0.2.2', 9000), 'warning'],
    ['another interface', held('nc', '198.51.100.2', 9000), 'warning'],
    ['loopback', held('nc', '127.0.0.1', 9000), 'info'],
    ['another loopback', held('nc', '127.0.0.53', 9000), 'info'],
    ['::1', held('nc', '::1', 9000), 'info'],
    ['v4-mapped', held('nc', '::ffff:127.0.0.1', 9000), 'info'],
    ['the wildcard of lo', held('nc', '0.0.0.0', 9000, { device: 'lo' }), 'info'],
    ['UDP', held('nc', '0.0.0.0', 9000, { protocol: 'udp' }), 'warning'],
    ['nobody seen', listener('0.0.0.0', 9000), 'warning'],
    ['the kernel', listener('0.0.0.0', 4789, { protocol: 'udp', owners: [device('ftun0')] }), 'warning'],
  ];
  for (const [name, one, severity] of cases) {
    const finding = {
      verdict: 'unexpected',
      severity,
      expected: null,
      sockets: [one.id],
      matchedBy: null,
      code: 'not-in-spec',
    };
    t.match(find([one]), [finding], name);
  }
  t.match(
    find([held('dhclient', 'fe80::1', 9000, { device: 'eth0' })]),
    [{ verdict: 'unexpected', severity: 'info', code: 'not-in-spec-link-local' }],
    'neighbours on one link are not outside',
  );
  t.strictSame(find([unixListener('/run/x.sock')]), [], 'the page says nothing about the unix sockets of a node');
  t.end();
});

t.test('what belongs together is one finding', (t) => {
  const worker = (pid: number) => [processOwner('nginx', { pid })];
  const together = [
    held('nginx', '0.0.0.0', 80, { owners: worker(1) }),
    held('nginx', '0.0.0.0', 80, { owners: worker(2) }),
    held('nginx', '::', 80, { owners: [...worker(1), ...worker(2)] }),
    held('nginx', '192.0.2.2', 80, { owners: worker(3) }),
  ];
  const one = find(together);
  t.equal(one.length, 1, 'one program, one port: workers, families and addresses');
  t.strictSame([...(one[0]?.sockets ?? [])].sort(), ids(together), 'and all are listed');
  const apart: [string, OwnedListener][] = [
    ['another port', held('nginx', '0.0.0.0', 81)],
    ['another protocol', held('nginx', '0.0.0.0', 80, { protocol: 'udp' })],
    ['another program', held('nc', '0.0.0.0', 80)],
    [
      'another program that calls itself the same',
      held('nginx', '0.0.0.0', 80, { owners: [processOwner('nginx', { exe: '/tmp/nginx' })] }),
    ],
    [
      'one whose program is not known',
      held('nginx', '0.0.0.0', 80, { owners: [processOwner('nginx', { exe: null })] }),
    ],
    ['loopback, which weighs less', held('nginx', '127.0.0.1', 80)],
    ['nobody seen', listener('0.0.0.0', 80)],
  ];
  for (const [name, other] of apart) t.equal(find([...together, other]).length, 2, name);
  const of = (name: string) => listener('0.0.0.0', 4789, { protocol: 'udp', owners: [device(name)] });
  t.equal(find([of('ftun0'), of('ftun1')]).length, 2, 'two devices');
  const [permission, absent] = [listener('0.0.0.0', 80), listener('0.0.0.0', 80, { ownersUnknown: 'not-found' })];
  t.equal(find([permission, absent]).length, 2, 'different reasons for not knowing');
  t.end();
});

t.test("a client's UDP socket only looks like a server's", (t) => {
  const udp = { protocol: 'udp' } as const;
  const cases: [string, OwnedListener, 'ephemeral' | 'nothing'][] = [
    ['first of the range', held('curl', '0.0.0.0', 32768, udp), 'ephemeral'],
    ['last of the range', held('curl', '::', 60999, udp), 'ephemeral'],
    ['whose holder is not seen', listener('0.0.0.0', 40000, udp), 'ephemeral'],
    ['below it', held('curl', '0.0.0.0', 32767, udp), 'nothing'],
    ['above it', held('curl', '0.0.0.0', 61000, udp), 'nothing'],
    ['TCP, which listens on purpose', held('curl', '0.0.0.0', 40000), 'nothing'],
    [
      "a device of the kernel's is no client",
      listener('0.0.0.0', 51820, { ...udp, owners: [device('wg0', 'wireguard')] }),
      'nothing',
    ],
  ];
  for (const [name, one, kind] of cases) {
    t.equal(explain(one, none, NODE, false).kind, kind, name);
    t.equal(find([one]).length, kind === 'ephemeral' ? 0 : 1, name);
  }
  const unknownRange = { ...NODE, ephemeralPorts: null };
  t.equal(
    explain(held('curl', '0.0.0.0', 40000, udp), none, unknownRange, false).kind,
    'ephemeral-if-in-range',
    'without a range nobody can tell',
  );
  t.equal(
    explain(held('snmpd', '0.0.0.0', 161, udp), none, unknownRange, false).kind,
    'nothing',
    'but no range is that low',
  );
  t.equal(explain(held('x', '0.0.0.0', 40000), none, unknownRange, false).kind, 'nothing', 'nor is there one for TCP');
  const perhaps = held('curl', '0.0.0.0', 40000, udp);
  t.match(unexpectedFindings([[perhaps, { kind: 'ephemeral-if-in-range' }]], unknownRange), [
    { verdict: 'unverified', severity: 'unknown', sockets: [perhaps.id], code: 'ephemeral-range-unknown' },
  ]);
  t.end();
});

const sshd: ListenerNote = listenerNote({
  owners: ['sshd', 'systemd'],
  protocols: ['tcp'],
  ports: [{ from: 22, to: 22 }],
});
const resolved: ListenerNote = listenerNote({
  ...{ owners: ['systemd-resolved'], scope: 'loopback', addresses: ['127.0.0.53', '127.0.0.54', '::1'] },
  ports: [{ from: 53, to: 53 }],
});
const range: ListenerNote = listenerNote({
  owners: ['cilium-agent'],
  ports: [
    { from: 30000, to: 32767 },
    { from: 9964, to: 9964 },
  ],
});
const streaming: ListenerNote = listenerNote({ owners: ['containerd'], scope: 'loopback', protocols: ['tcp'] });
const geneve: ListenerNote = listenerNote({
  devices: ['cilium_*', 'other'],
  protocols: ['udp'],
  ports: [{ from: 6081, to: 6081 }],
  reason: 'a tunnel',
});
const KNOWN = notes({
  services: { containerd: { units: ['snap.k8s.containerd.service'] } },
  listeners: [sshd, resolved, range, streaming, geneve],
});

t.test('notes explain by owner, scope, address, protocol and port', (t) => {
  const by = (...names: string[]) => ({ owners: names.map((name) => processOwner(name)) });
  const udp = { protocol: 'udp' } as const;
  const dockers = { owners: [processOwner('containerd', { unit: 'containerd.service' })] };
  const cases: [string, OwnedListener, ListenerNote | null][] = [
    ['sshd', held('sshd', '0.0.0.0', 22), sshd],
    ['with systemd as second holder', listener('::', 22, by('sshd', 'systemd')), sshd],
    ['systemd alone, before the first connection', held('systemd', '::', 22), sshd],
    ['a stranger who holds it as well is not excused', listener('0.0.0.0', 22, by('sshd', 'nc')), null],
    ['another program on 22', held('nc', '0.0.0.0', 22), null],
    ['sshd elsewhere', held('sshd', '0.0.0.0', 2222), null],
    ['UDP', held('sshd', '0.0.0.0', 22, udp), null],
    ['resolved', held('systemd-resolved', '127.0.0.53', 53, { device: 'lo' }), resolved],
    [
      'resolved, by what the kernel leaves of its name',
      listener('127.0.0.54', 53, { owners: [processOwner('systemd-resolved', { exe: null, argv0: null })] }),
      resolved,
    ],
    ['resolved on an IPv6 address', held('systemd-resolved', '::1', 53), resolved],
    ['resolved on another address', held('systemd-resolved', '127.0.0.1', 53), null],
    ['resolved on the outside', held('systemd-resolved', '192.0.2.2', 53), null],
    ['the first of a range', held('cilium-agent', '0.0.0.0', 30000), range],
    ['the last of a range', held('cilium-agent', '0.0.0.0', 32767), range],
    ['of several ranges any', held('cilium-agent', '0.0.0.0', 9964), range],
    ['beyond', held('cilium-agent', '0.0.0.0', 32768), null],
    [
      'any port',
      listener('127.0.0.1', 41231, { owners: [processOwner('containerd', { unit: 'snap.k8s.containerd.service' })] }),
      streaming,
    ],
    ['any port, but on loopback', held('containerd', '192.0.2.2', 41231), null],
    ['the wrong installation', listener('127.0.0.1', 41231, dockers), null],
    ['a device', listener('0.0.0.0', 6081, { ...udp, owners: [device('cilium_geneve', 'geneve')] }), geneve],
    ['another device', listener('0.0.0.0', 6081, { ...udp, owners: [device('genev_sys_6081', 'geneve')] }), null],
    ['a process is no device', held('cilium_x', '0.0.0.0', 6081, udp), null],
  ];
  for (const [name, one, note] of cases) {
    const explanation = explain(one, KNOWN, NODE, false);
    if (note === null) t.ok(['nothing', 'note-by-name'].includes(explanation.kind), name);
    else t.strictSame(explanation, { kind: 'note', note }, name);
    t.equal(find([one], KNOWN).length, note === null ? 1 : 0, name);
  }
  t.end();
});

t.test('a name explains nothing, unless it is root that has it', (t) => {
  const kind = (one: OwnedListener, isText = false): string => explain(one, KNOWN, NODE, isText).kind;
  t.equal(kind(held('sshd', '0.0.0.0', 22)), 'note', "root's");
  t.equal(kind(held('sshd', '0.0.0.0', 22, { uid: 1000 })), 'note-by-name', "another user's");
  t.equal(kind(held('sshd', '0.0.0.0', 22, { uid: null }), true), 'note', 'in a text');
  const unit = (name: string) => ({ uid: 1000, owners: [processOwner('sshd', { unit: name })] });
  t.equal(kind(listener('0.0.0.0', 22, unit('sshd.service'))), 'note', 'in a unit of its name');
  t.equal(kind(listener('0.0.0.0', 22, unit('user@1000.service'))), 'note-by-name', "in a user's manager");
  const session = { owners: [processOwner('containerd', { unit: 'session-3.scope' })] };
  t.equal(kind(listener('127.0.0.1', 41231, session)), 'note-by-name', 'outside of the noted unit, even as root');
  t.match(find([listener('127.0.0.1', 41231, session)], KNOWN), [
    { verdict: 'unexpected', severity: 'info', code: 'noted-by-name-only' },
  ]);
  t.end();
});

t.test('a listener that a note would explain, if its owner could be seen, is unverified', (t) => {
  const unseen = listener('0.0.0.0', 22);
  t.strictSame(explain(unseen, KNOWN, NODE, false), { kind: 'note-if-owner', note: sshd });
  const both = [unseen, listener('::', 22)];
  t.strictSame(find(both, KNOWN), [
    {
      ...{ verdict: 'unverified', severity: 'unknown', expected: null, matchedBy: null },
      ...{ configuration: null, causedBy: null },
      ...{ code: 'noted-if-owner-seen', params: { owners: ['sshd', 'systemd'], devices: [], purpose: 'a test' } },
      sockets: both.map(({ id }) => id),
    },
  ]);
  t.equal(explain(listener('0.0.0.0', 2222), KNOWN, NODE, false).kind, 'nothing', 'only where the note would');
  t.equal(
    explain(held('nc', '0.0.0.0', 22), KNOWN, NODE, false).kind,
    'nothing',
    'and not where it is seen to be another',
  );
  const tunnel = find([listener('0.0.0.0', 6081, { protocol: 'udp', ownersUnknown: 'not-found' })], KNOWN);
  t.match(tunnel, [
    { verdict: 'unverified', params: { owners: [], devices: ['cilium_*', 'other'], purpose: 'a tunnel' } },
  ]);
  t.end();
});

t.test('names in a snapshot may hold anything, and do not bring strangers together', (t) => {
  const by = (...exes: string[]): OwnedListener =>
    held('x', '0.0.0.0', 9000, { owners: exes.map((exe) => processOwner('x', { exe })) });
  t.equal(find([by('/a', '/b'), by('/a\0/b')]).length, 2, 'a NUL');
  t.equal(find([by('/a', '/b'), by('/a","/b')]).length, 2, 'a quote');
  t.equal(find([by('/a', '/b'), by('/b', '/a', '/a')]).length, 1, 'the same programs, however many processes');
  const crowd = Array.from({ length: 300_000 }, (_, at) => `/${at}`);
  const owners = crowd.map((exe) => processOwner('x', { exe }));
  t.equal(find([held('x', '0.0.0.0', 9000, { owners })]).length, 1, 'however many');
  const program = held('ftun0', '0.0.0.0', 9000, { owners: [processOwner('ftun0', { exe: null })] });
  t.equal(find([program, listener('0.0.0.0', 9000, { owners: [device('ftun0')] })]).length, 2, 'a device');
  t.end();
});
