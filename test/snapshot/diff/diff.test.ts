import t from 'tap';
import type { CoverageSource } from '../../../src/base/coverage.js';
import { SockwatchError } from '../../../src/base/errors.js';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import { DIFFERENCE_CODES } from '../../../src/snapshot/diff/codes.js';
import { diff } from '../../../src/snapshot/diff/diff.js';
import type { SnapshotDocument } from '../../../src/snapshot/document/document.js';
import { redact } from '../../../src/snapshot/redact/redact.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import { capture, coverage, device, listener, NO_ROUTE, NODE, unixListener } from '../../verdict/factory.js';
import { documentOf } from '../document/document.js';
import { schemaCodes } from '../document/valid_diff.js';

import { at, BEFORE, changed, compare, HEALTHY, run, shot, summary } from './shots.js';

t.test('changed listeners', (t) => {
  const k2 = run('kubelet', 2);
  const cases: [title: string, after: SnapshotDocument, expected: string[]][] = [
    ['nothing', shot(HEALTHY.map((one) => ({ ...one, inode: one.inode + 1000, id: `${one.id}1` }))), []],
    [
      'a restart',
      changed([10248, 10250], at('127.0.0.1', 10248, k2), at('::', 10250, k2, { v6only: false })),
      ['(restarted kubelet)'],
    ],
    [
      'a reused pid',
      changed([6400], at('192.0.2.2', 6400, { ...run('k8sd', 1), startedAt: '2026-02-01T00:00:00.000Z' })),
      ['(restarted k8sd)'],
    ],
    [
      'a clock that was set',
      changed([6400], at('192.0.2.2', 6400, { ...run('k8sd', 1), startedAt: '2026-01-31T12:00:02.000Z' })),
      [],
    ],
    [
      'another worker of the same server',
      changed([6400], at('192.0.2.2', 6400, null, { owners: [run('k8sd'), run('k8sd', 3)], ownersUnknown: null })),
      [],
    ],
    [
      'a wider bind, with the restart it takes',
      changed([10248, 10250], at('0.0.0.0', 10248, k2), at('::', 10250, k2, { v6only: false })),
      ['verdict kubelet localhost:10248/tcp', 'widened kubelet', '(restarted kubelet)'],
    ],
    [
      'loopback to one address',
      changed([10248], at('198.51.100.2', 10248, run('kubelet'))),
      ['verdict kubelet localhost:10248/tcp', 'widened kubelet'],
    ],
    [
      'no longer dual-stack',
      changed([10250], at('::', 10250, run('kubelet'), { v6only: true })),
      ['verdict kubelet *:10250/tcp', 'narrowed kubelet'],
    ],
    [
      'unknown v6only',
      changed([10250], at('::', 10250, run('kubelet'), { v6only: null })),
      ['verdict kubelet *:10250/tcp'],
    ],
    ['a mapped address', changed([10248], at('::ffff:127.0.0.1', 10248, run('kubelet'))), []],
    [
      'another interface',
      changed([6400], at('198.51.100.2', 6400, run('k8sd'))),
      ['verdict k8sd default:6400/tcp', 'moved k8sd'],
    ],
    [
      'another port',
      changed([6400], at('192.0.2.2', 6401, run('k8sd'))),
      ['verdict k8sd 192.0.2.2:6401/tcp', 'verdict k8sd default:6400/tcp', 'moved k8sd'],
    ],
    [
      'another owner',
      changed([10250], at('0.0.0.0', 10250, run('intruder', 5, { unit: 'session-7.scope' }))),
      ['verdict kubelet *:10250/tcp', 'owner-changed intruder'],
    ],
    [
      'the same name from another installation',
      changed([6400], at('192.0.2.2', 6400, run('k8sd', 2, { unit: 'other.service' }))),
      ['owner-changed k8sd'],
    ],
    [
      'another login session',
      changed([], at('0.0.0.0', 7000, run('nc', 2, { unit: 'session-8.scope' }))),
      ['verdict nc 0.0.0.0:7000/tcp', 'appeared nc'],
    ],
    [
      'a second owner on the same port',
      changed([], at('::', 10250, run('intruder', 5), { v6only: false })),
      ['verdict kubelet *:10250/tcp', 'appeared intruder'],
    ],
    [
      'one family of two',
      shot(HEALTHY.filter(({ port, family }) => port !== 22 || family === 'ipv4')),
      ['narrowed sshd'],
    ],
    ['SO_REUSEPORT', changed([], at('127.0.0.1', 10248, run('kubelet')), at('127.0.0.1', 10248, run('kubelet'))), []],
    [
      'a tunnel of another device',
      changed([8472], listener('0.0.0.0', 8472, { protocol: 'udp', owners: [device('ftun0')] })),
      ['verdict cilium-agent *:8472/udp', 'owner-changed ftun0'],
    ],
    [
      'a unix socket that moved',
      changed(
        ['/run/containerd/containerd.sock'],
        unixListener('/opt/k8s/containerd.sock', { owners: [run('containerd', 2)] }),
      ),
      ['moved containerd', '(restarted containerd)'],
    ],
    ['a removed listener', changed([6400]), ['verdict k8sd default:6400/tcp', 'disappeared k8sd']],
  ];
  for (const [title, after, expected] of cases) {
    t.test(title, (t) => {
      const result = compare(t, BEFORE, after);
      // The cases do not include the verdicts on sshd's port.
      t.strictSame(
        summary(result)
          .filter((one) => !one.includes('verdict sshd'))
          .sort(),
        [...expected].sort(),
      );
      t.equal(
        result.different,
        result.differences.some(({ matters }) => matters),
      );
      t.end();
    });
  }
  t.end();
});

t.test('ephemeral ports and clients', (t) => {
  const before = shot([...HEALTHY, at('127.0.0.1', 40000, run('containerd'))]);
  const after = shot([...HEALTHY, at('127.0.0.1', 41111, run('containerd'))]);
  t.strictSame(summary(compare(t, before, after)), ['(moved containerd)']);
  const client = (port: number) => at('0.0.0.0', port, run('chronyd'), { protocol: 'udp' });
  t.strictSame(summary(compare(t, shot([client(40000)]), shot([client(41000), client(42000)]))), []);
  const unseen = listener('0.0.0.0', 40000, { protocol: 'udp' });
  t.strictSame(summary(compare(t, shot([client(40000)]), shot([unseen]))), [], 'with and without owners');
  t.end();
});

t.test('names that change with a restart', (t) => {
  const shim = (id: string, pid: number) =>
    unixListener(`/run/containerd/s/${id.repeat(32)}`, { owners: [run('containerd-shim', 1, { pid })] });
  t.strictSame(summary(compare(t, shot([shim('ab', 5)]), shot([shim('cd', 6), shim('ef', 5)]))), []);
  const agent = (pid: number) => unixListener(`/tmp/ssh-x/agent.${pid}`, { owners: [run('sshd', 1, { pid })] });
  t.strictSame(summary(compare(t, shot([agent(4711)]), shot([agent(815)]))), ['(restarted sshd)']);
  const auto = (name: string) => unixListener(null, { abstract: name, owners: [run('etcd')] });
  t.strictSame(summary(compare(t, shot([auto('00a1f')]), shot([auto('7c3e2')]))), []);
  t.end();
});

t.test('incomplete snapshots', (t) => {
  const failed = shot(
    HEALTHY.filter(({ protocol }) => protocol !== 'udp'),
    { coverage: coverage({ udp: 'failed' }) },
  );
  const result = compare(t, BEFORE, failed);
  t.strictSame(summary(result), ['verdict cilium-agent *:8472/udp', 'unknown cilium_vxlan', 'coverage udp']);
  t.match(result.differences[1]?.message, /the later one cannot tell: udp is broken$/);
  t.strictSame(summary(compare(t, failed, BEFORE)), [
    'verdict cilium-agent *:8472/udp',
    'unknown cilium_vxlan',
    'coverage udp',
  ]);

  const unseen = shot(HEALTHY.map((one) => ({ ...one, owners: [], ownersUnknown: 'permission' as const })));
  const kinds = new Set(compare(t, BEFORE, unseen).differences.map(({ kind }) => kind));
  t.strictSame([...kinds].sort(), ['unknown', 'verdict']);
  t.strictSame(summary(compare(t, unseen, unseen)), []);
  const wider = changed([10248], at('0.0.0.0', 10248, null));
  t.ok(
    summary(compare(t, BEFORE, wider)).includes('widened an unknown owner'),
    'addresses are known even if the owner is not',
  );

  const part = changed(
    [6400],
    at('192.0.2.2', 6400, run('k8sd', 1, { exe: null, argv0: null, unit: null, cgroup: null })),
  );
  t.strictSame(summary(compare(t, BEFORE, part)), [], 'unread facts of an owner');
  const ended = changed(
    [6400],
    at('192.0.2.2', 6400, run('k8sd', 1, { comm: null, exe: null, argv0: null, unit: null })),
  );
  t.strictSame(summary(compare(t, BEFORE, ended)), ['verdict k8sd default:6400/tcp', 'unknown k8sd']);
  t.end();
});

const NAMESPACES = { ...coverage().sources[0], name: 'namespaces', via: 'setns', rows: 1, ms: 1 } as CoverageSource;

t.test('other namespaces', (t) => {
  const pod = (netns: string, port: number) =>
    at('0.0.0.0', port, run('coredns', 1, { unit: null, pod: 'x' }), { netns });
  const asked = (...sockets: OwnedListener[]): SnapshotDocument => {
    const document = shot([...HEALTHY, ...sockets], {
      coverage: { complete: true, sources: [...coverage().sources, { ...NAMESPACES }] },
    });
    const findings = document.findings.filter(({ expected }) => expected !== null);
    return { ...document, findings, namespaces: [] };
  };
  const plain: SnapshotDocument = { ...BEFORE, findings: BEFORE.findings.filter(({ expected }) => expected !== null) };
  t.strictSame(summary(compare(t, asked(pod('7', 53)), asked(pod('8', 53), pod('9', 53)))), [], 'compared by contents');
  t.strictSame(summary(compare(t, asked(pod('7', 53)), asked())), ['disappeared coredns']);
  t.strictSame(summary(compare(t, plain, asked(pod('7', 53)))), ['coverage namespaces'], 'read in one snapshot only');
  t.end();
});

t.test('facts', (t) => {
  const other = { ...NODE.defaultInterface, name: 'eth0', index: 2, addresses: ['192.0.2.77', 'fd00::77'] };
  const renumbered = shot([...HEALTHY.filter(({ port }) => port !== 6400), at('192.0.2.77', 6400, run('k8sd'))], {
    node: { ...NODE, defaultInterface: other, defaultAddresses: other.addresses },
  });
  t.strictSame(
    summary(compare(t, BEFORE, renumbered)),
    ['fact default-interface'],
    'not an address change of its listeners',
  );
  const noRoute = shot(HEALTHY, { node: NO_ROUTE });
  t.strictSame(summary(compare(t, BEFORE, noRoute)), ['fact default-interface', 'verdict k8sd default:6400/tcp']);

  const elsewhere: SnapshotDocument = {
    ...renumbered,
    node: { ...renumbered.node, hostname: 'other', kernel: '6.9.0' },
    sockets: renumbered.sockets.map((one) => ({ ...one, owners: one.owners.map((owner) => ({ ...owner, pid: 1 })) })),
  };
  const hosts = compare(t, BEFORE, elsewhere);
  t.strictSame(summary(hosts), ['(fact host)', '(fact kernel)'], 'no restarts between hosts');
  t.equal(hosts.sameHost, false);
  t.equal(hosts.different, false, 'informational only');

  const page: SnapshotDocument = { ...BEFORE, spec: { ...BEFORE.spec, sha256: '1'.repeat(64) } };
  t.strictSame(summary(compare(t, BEFORE, page)), ['fact page']);
  const worker: SnapshotDocument = { ...BEFORE, node: { ...BEFORE.node, role: 'control-plane' } };
  t.strictSame(summary(compare(t, BEFORE, worker)), ['fact role']);
  const backlog = (max: number) =>
    changed([6400], at('192.0.2.2', 6400, run('k8sd'), { backlog: { current: 3, max } }));
  t.strictSame(summary(compare(t, backlog(4096), backlog(128))), ['(backlog k8sd)']);
  t.end();
});

t.test('refuses snapshots that were redacted with different keys', (t) => {
  const document = documentOf(builtinSpec(), capture(HEALTHY));
  for (const [a, b, why] of [
    [document, redact(document), 'only one of them is redacted'],
    [redact(document), redact(document), 'they were redacted with different keys'],
  ] as const) {
    t.throws(() => diff(a, b), { code: 'ERR_USAGE', message: new RegExp(why) });
  }
  t.throws(() => diff(document, redact(document)), SockwatchError);
  t.doesNotThrow(() => diff({ ...document, redacted: null }, document));
  t.end();
});

t.test('codes say what the messages say', (t) => {
  const codesOf = (after: SnapshotDocument): string[] => compare(t, BEFORE, after).differences.map(({ code }) => code);
  const intruder = at('::', 10250, run('intruder', 5), { v6only: false });
  const [, added] = diff(BEFORE, changed([], intruder)).differences;
  const kubelet = BEFORE.sockets.find(({ port }) => port === 10250);
  t.match(added, { code: 'listener-added', params: { beside: [kubelet?.id] } });
  t.match(added?.message, /^intruder \(intruder\.service\) is now .*, in addition to kubelet \(kubelet\.service\) on /);
  t.strictSame(codesOf(changed([6400])), ['verdict-changed', 'listener-removed']);
  t.strictSame(codesOf(changed([6400], at('192.0.2.2', 6400, null))), ['verdict-changed', 'owner-unknown']);
  t.strictSame(codesOf(changed([6400], at('192.0.2.2', 6401, run('k8sd')))), [
    'verdict-changed',
    'finding-added',
    'port-changed',
  ]);
  t.strictSame(Object.keys(DIFFERENCE_CODES).sort(), schemaCodes().sort(), 'the codes in the schema');
  t.end();
});

t.test('hostile names', (t) => {
  const owner = run('\u001b[31mx\ny', 1, { unit: null, exe: '/tmp/\u202e\n' });
  const after = shot([...HEALTHY, at('0.0.0.0', 7000, owner), unixListener('/run/\u2028', { owners: [owner] })]);
  t.equal(compare(t, BEFORE, after).differences.length, 3);
  t.end();
});
