import t from 'tap';
import type { SourceReading } from '../../src/base/coverage.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { NodeRole } from '../../src/verdict/applied_row.js';
import type { Capture, NodeFacts } from '../../src/verdict/capture.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import { SEVERITY, VERDICTS } from '../../src/verdict/finding.js';
import { renderCoverage } from '../../src/verdict/text/coverage.js';
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
const CONFIGURATION = {
  name: 'configuration',
  via: 'files',
  status: 'ok',
  errors: [],
  notes: [],
  rows: 0,
  ms: 0,
} as const;
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

t.test('a machine that is no node has one answer, unless something may be a sign of one', (t) => {
  const page = spec([KUBELET, unixRow('/run/containerd/containerd.sock', 'containerd')], {
    source: 'builtin:canonical-k8s',
    notes: notes({ services: { containerd: { units: ['snap.k8s.containerd.service'] } } }),
  });
  const bare = { node: { ...capture([]).node, isInstalled: false } };
  const codes = (sockets: OwnedListener[], changes: Partial<Capture> = bare, role: NodeRole = 'unknown', on = page) => [
    ...new Set(evaluate(on, capture(sockets, changes), role).findings.map(({ code }) => code)),
  ];
  t.strictSame(codes([held('nginx', '0.0.0.0', 80)]), ['not-a-node'], 'and its own listeners are its own affair');
  const file = socketFile('/run/containerd/containerd.sock');
  const docker = unixListener(file.path, { owners: [processOwner('containerd', { unit: 'containerd.service' })] });
  t.strictSame(codes([docker], { ...bare, files: [file] }), ['not-a-node'], "Docker's containerd is no sign");
  const not = (name: string, got: unknown[]) => t.notOk(got.includes('not-a-node'), name);
  not('a service listens', codes([held('kubelet', '127.0.0.1', 10248)]));
  not('somebody unseen listens', codes([listener('127.0.0.1', 10248)]));
  not('files are there', codes([], { node: { ...bare.node, isInstalled: true } }));
  not('files could not be seen', codes([], { node: { ...bare.node, isInstalled: null } }));
  not('a table could not be read', codes([], { ...bare, coverage: coverage({ tcp: 'partial' }) }));
  not('a role was requested', codes([], bare, 'worker'));
  not('another page', codes([], bare, 'unknown', { ...page, source: 'page.md' }));
  const unseen = { node: { ...bare.node, isInstalled: null }, coverage: coverage({ configuration: 'partial' }) };
  t.strictSame(codes([held('nginx', '0.0.0.0', 80)], unseen), ['node-unknown'], 'its files could not be seen');
  t.end();
});

t.test('nothing is missing where the configuration may put it elsewhere, and could not be read', (t) => {
  const page = spec([KUBELET], { notes: notes({ services: { kubelet: { units: ['snap.k8s.kubelet.service'] } } }) });
  const API = row('*:6443', 'kube-apiserver');
  const CILIUM = row('*:4240', 'cilium-agent');
  const all = { ...page, rows: [API, CILIUM, KUBELET] };
  const kubelet = held('kubelet', '0.0.0.0', 10250, {
    owners: [processOwner('kubelet', { unit: 'snap.k8s.kubelet.service' })],
  });
  const codes = (node: Partial<NodeFacts>, source: Partial<SourceReading> | null) => {
    const sources = source === null ? [] : [{ ...CONFIGURATION, ...source }];
    const read = renderCoverage([...coverage().sources, ...sources]);
    const observed = { node: { ...capture([]).node, ...node }, coverage: read };
    return evaluate(all, capture([kubelet], observed), 'control-plane').findings.map(({ code }) => code);
  };
  const unplaced = ['place-unknown', 'no-listener', 'place-unknown', 'not-in-spec'];
  const missing = ['no-listener', 'no-listener', 'runs-but-not-here', 'not-in-spec'];
  t.strictSame(codes({ isInstalled: false }, {}), unplaced, 'a unit of the snap shows that these are other files');
  t.strictSame(codes({ isInstalled: null }, { status: 'partial' }), unplaced, 'no files were seen');
  t.strictSame(codes({ isInstalled: null }, null), missing, 'nobody looked, as in a text');
  const unknown = { code: 'settings-unknown', params: { services: ['kube-apiserver'] } } as const;
  const partly = { status: 'partial', errors: [unknown] } as const;
  const ofApi = ['place-unknown', ...missing.slice(1)];
  t.strictSame(codes({ isInstalled: true, configuration: [] }, partly), ofApi, 'that of one service');
  const services = [{ unit: 'snap.k8s.kube-apiserver.service', enabled: true, pids: [], comm: null }];
  const dead = ['unit-not-running', ...missing.slice(1)];
  t.strictSame(codes({ isInstalled: true, configuration: [], services }, partly), dead, 'it has no process');
  t.end();
});

t.test('a setting that may not be in effect yet moves nothing that listens as the page says', (t) => {
  const source = { kind: 'options-file', path: '/x.yaml', line: 3 } as const;
  const setting = { service: 'kubelet', flag: '--healthz-port', value: '7', source, inEffect: null, running: null };
  const node = { ...capture([]).node, configuration: [setting] };
  const noted = spec([KUBELET], { notes: { ...notes({}), sources: ['notes'] } });
  const first = (port: number) =>
    evaluate(noted, capture([held('kubelet', '127.0.0.1', port)], { node }), 'worker').findings[0]?.code;
  t.strictSame([10248, 7, 9].map(first), ['listens', 'configured-place', 'runs-but-not-here']);
  t.end();
});

t.test(
  'a node that is not bootstrapped is expected to run nothing, whatever the page, unless something of it listens',
  (t) => {
    const node = { ...capture([]).node, isInstalled: true, isBootstrapped: false };
    const codes = (sockets: OwnedListener[], changes: Partial<Capture>, role: NodeRole = 'unknown') =>
      new Set(evaluate(spec([KUBELET]), capture(sockets, { node, ...changes }), role).findings.map(({ code }) => code));
    const sshd = held('sshd', '0.0.0.0', 22);
    t.strictSame(codes([sshd], {}), new Set(['not-bootstrapped']));
    for (const [address, severity] of [
      ['0.0.0.0', 'warning'],
      ['127.0.0.1', 'info'],
    ] as const) {
      const inTheWay = held('nginx', address, 10248);
      const { findings } = evaluate(spec([KUBELET]), capture([sshd, inTheWay], { node }), 'unknown');
      t.match(findings.slice(1), [
        { verdict: 'unexpected', code: 'in-the-way', params: { service: 'kubelet' }, sockets: [inTheWay.id], severity },
      ]);
      t.match(findings[1]?.advice?.text, /^Before bootstrapping this node, .* k8s-sockwatch preflight/);
      t.equal(findings.length, 2, 'others are not in the way');
    }
    t.strictSame(codes([sshd], { coverage: coverage({ unix: 'failed' }) }), new Set(['not-bootstrapped']));
    const not = (name: string, got: ReadonlySet<string | null>) => t.notOk(got.has('not-bootstrapped'), name);
    not('its services were left running', codes([held('kubelet', '127.0.0.1', 10248)], {}));
    not('its markers cannot be seen', codes([sshd], { node: { ...node, isBootstrapped: null } }));
    not('a role was requested', codes([sshd], {}, 'worker'));
    t.end();
  },
);
