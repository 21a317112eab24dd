import t from 'tap';
import { evaluate } from '../../src/verdict/evaluate.js';
import { SEVERITY, VERDICTS } from '../../src/verdict/finding.js';
import {
  capture,
  coverage,
  device,
  held,
  judge,
  listener,
  listenerNote,
  NO_ROUTE,
  notes,
  processOwner,
  row,
  socketFile,
  spec,
  unixListener,
  unixRow,
} from './factory.js';

const KUBELET = row('localhost:10248', 'kubelet');
const VXLAN = row('*:8472/udp', 'cilium-agent');

t.test('every verdict has its severity, and unexpected has two', (t) => {
  t.strictSame(SEVERITY, {
    ok: 'none',
    configured: 'info',
    missing: 'error',
    exposed: 'error',
    'wrong-owner': 'error',
    'wrong-address': 'warning',
    narrowed: 'info',
    unverified: 'unknown',
    'not-applicable': 'none',
  });
  t.strictSame([...VERDICTS].sort(), [...Object.keys(SEVERITY), 'unexpected'].sort());
  const cases: [string, string, ReturnType<typeof judge>][] = [
    ['ok', 'none', judge(KUBELET, { sockets: [held('kubelet', '127.0.0.1', 10248)] })],
    ['exposed', 'error', judge(KUBELET, { sockets: [held('kubelet', '0.0.0.0', 10248)] })],
    ['narrowed', 'info', judge(row('*:1', 'a'), { sockets: [held('a', '192.0.2.2', 1)] })],
    ['narrowed', 'warning', judge(row('*:1', 'a'), { sockets: [held('a', '::1', 1)] })],
    ['wrong-address', 'warning', judge(row('default:1', 'a'), { sockets: [held('a', '198.51.100.2', 1)] })],
    ['unverified', 'unknown', judge(KUBELET, { sockets: [listener('127.0.0.1', 10248)] })],
  ];
  for (const [verdict, severity, finding] of cases) t.match(finding, { verdict, severity });
  t.end();
});

t.test("a kernel socket is the kernel's only with evidence", (t) => {
  const udp = { protocol: 'udp', ownersUnknown: 'not-found' } as const;
  const of = (name: string) => [
    listener('0.0.0.0', 8472, { ...udp, owners: [device(name)], ownersUnknown: null }),
    listener('::', 8472, { ...udp, owners: [device(name)], ownersUnknown: null, v6only: true }),
  ];
  const sockets = of('cilium_vxlan');
  const ok = judge(VXLAN, { sockets });
  t.match(ok, {
    verdict: 'ok',
    matchedBy: 'device',
    message: 'kernel device cilium_vxlan (vxlan) is listening on 0.0.0.0:8472 and [::]:8472',
  });
  t.equal(ok.sockets.length, 2, 'both families answer one row');
  const [ipv4] = of('cilium_vxlan');
  t.equal(judge(VXLAN, { sockets: ipv4 === undefined ? [] : [ipv4] }).verdict, 'ok', 'IPv4 alone will do');
  const fan = judge(VXLAN, { sockets: of('ftun0') });
  t.match(fan, { verdict: 'wrong-owner', code: 'kernel-device-instead', params: { service: 'cilium-agent' } });
  const unproven = judge(VXLAN, { sockets: [listener('0.0.0.0', 8472, udp)] });
  t.match(unproven, {
    verdict: 'unverified',
    reason: /in another PID namespace or in the kernel, or it is being passed/,
  });
  t.end();
});

t.test('tables that were not read completely: nothing is said to be missing', (t) => {
  for (const status of ['partial', 'failed'] as const) {
    const observed = { coverage: coverage({ tcp: status }) };
    const open = judge(KUBELET, { observed });
    const reason = 'the tcp table was not read completely: tcp is broken';
    t.match(open, {
      verdict: 'unverified',
      severity: 'unknown',
      reason,
      message: `no listener was seen; ${reason}`,
    });
    t.equal(judge(VXLAN, { observed }).verdict, 'missing', 'of UDP it says nothing');
    const seen = [held('kubelet', '127.0.0.1', 10248)];
    t.equal(judge(KUBELET, { observed, sockets: seen }).verdict, 'ok', 'what was seen was seen');
    const stranger = [held('nc', '192.0.2.2', 10248)];
    t.equal(judge(KUBELET, { observed, sockets: stranger }).verdict, 'unverified', 'nor with a stranger elsewhere');
  }
  t.equal(
    judge(KUBELET, { observed: { coverage: { complete: true, sources: [] } } }).verdict,
    'unverified',
    'never read',
  );
  t.equal(judge(KUBELET, { observed: { coverage: coverage({ network: 'failed' }) } }).verdict, 'missing');
  t.end();
});

t.test('a network that could not be read is not a node without a default route', (t) => {
  const defaultless = NO_ROUTE;
  const observed = { node: defaultless, coverage: coverage({ network: 'failed' }) };
  const finding = judge(row('default:2379', 'etcd'), { observed });
  t.match(finding, { verdict: 'unverified', reason: 'the default route could not be read: network is broken' });
  t.end();
});

t.test('owners that nobody could look up leave everything unverified, never wrong', (t) => {
  for (const ownersUnknown of ['permission', 'not-found', 'not-looked'] as const) {
    const finding = judge(KUBELET, { sockets: [listener('127.0.0.1', 10248, { ownersUnknown })] });
    t.match(finding, { verdict: 'unverified', severity: 'unknown', matchedBy: null }, ownersUnknown);
    t.ok(finding.reason, 'and the reason is given');
  }
  const origin = { cgroup: '/system.slice/x.service', unit: 'x.service', pod: null, container: null };
  const made = judge(KUBELET, { sockets: [listener('127.0.0.1', 10248, { origin })] });
  t.match(made.reason, /; it was created in x\.service$/, 'where it was created is named, and proves nothing');
  t.end();
});

const PATH = '/run/containerd/containerd.sock';

t.test('findings: the rows in the order of the page, then what no row explains', (t) => {
  const ssh = listenerNote({ owners: ['sshd'], ports: [{ from: 22, to: 22 }], reason: 'SSH' });
  const kubelet = held('kubelet', '127.0.0.1', 10248);
  const sshd = held('sshd', '0.0.0.0', 22);
  const client = held('curl', '0.0.0.0', 40000, { protocol: 'udp' });
  const stranger = held('nc', '0.0.0.0', 9000);
  const unseen = listener('0.0.0.0', 22);
  const containerd = unixListener(PATH, { owners: [processOwner('containerd')] });
  const dbus = unixListener('/run/dbus', { file: null });
  const page = spec([VXLAN, KUBELET, unixRow(PATH, 'containerd')], { notes: notes({ listeners: [ssh] }) });
  const sockets = [sshd, stranger, unseen, kubelet, client, containerd, dbus];
  const { findings, explanations } = evaluate(page, capture(sockets, { files: [socketFile(PATH)] }), 'worker');
  t.strictSame(
    findings.map(({ verdict, expected, sockets: about }) => [verdict, expected?.service ?? null, about]),
    [
      ['missing', 'cilium-agent', []],
      ['ok', 'kubelet', [kubelet.id]],
      ['ok', 'containerd', [containerd.id]],
      ['unexpected', null, [stranger.id]],
      ['unverified', null, [unseen.id]],
    ],
  );
  t.strictSame(findings[2]?.expected, {
    service: 'containerd',
    host: null,
    port: null,
    protocol: 'unix',
    path: PATH,
    role: null,
  });
  t.strictSame(
    new Map(explanations),
    new Map([
      [kubelet.id, { by: 'page', text: 'kubelet' }],
      [containerd.id, { by: 'page', text: 'containerd' }],
      [sshd.id, { by: 'note', text: 'SSH' }],
      [stranger.id, { by: null, text: null }],
      [unseen.id, { by: null, text: null }],
      [client.id, { by: 'client', text: 'a client, by its ephemeral port' }],
    ]),
  );
  t.strictSame(evaluate(spec([]), capture([]), 'worker').findings, []);
  t.end();
});

t.test('what a process is called cannot move a cursor', (t) => {
  const hostile = 'x\x1b[2J\n\u202e\u2028\x9b';
  const owners = [
    processOwner('x', { comm: hostile, exe: `/tmp/${hostile}`, unit: `${hostile}.service`, pod: hostile }),
  ];
  const origin = { cgroup: hostile, unit: null, pod: null, container: null };
  const rows = [
    KUBELET,
    row('default:1', hostile),
    row('*:2', 'a', { condition: hostile }),
    unixRow(PATH, 'containerd'),
  ];
  const sockets = [
    listener('127.0.0.1', 10248, { owners }),
    listener('127.0.0.1', 10248, { origin }),
    listener('0.0.0.0', 9000, { owners, device: hostile }),
    listener('0.0.0.0', 8472, { protocol: 'udp', owners: [device(hostile, hostile)] }),
    unixListener(hostile, { owners, file: { device: 1, inode: 77 } }),
  ];
  const { findings } = evaluate(spec(rows), capture(sockets, { files: [socketFile(PATH)] }), 'worker');
  for (const { verdict, message, reason } of findings) {
    t.notMatch(`${message}${reason ?? ''}`, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, `${verdict}: no such character`);
  }
  t.match(findings[0]?.message, 'x\\x1b[2J\\x0a\\u{202e}', 'it is shown all the same');
  t.ok(findings.length > rows.length, 'rows and strangers');
  t.end();
});

t.test('pure: the same input, never changed, gives the same answer', (t) => {
  const page = deepFreeze(spec([KUBELET, VXLAN, row('default:2379', 'etcd')]));
  const seen = deepFreeze(capture([held('kubelet', '0.0.0.0', 10248), listener('0.0.0.0', 22), held('nc', '::', 22)]));
  t.strictSame(evaluate(page, seen, 'worker'), evaluate(page, seen, 'worker'));
  t.end();
});

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const one of Object.values(value)) deepFreeze(one);
  }
  return value;
}
