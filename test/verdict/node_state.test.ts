import t from 'tap';
import type { SourceReading } from '../../src/base/coverage.js';
import type { OwnedListener } from '../../src/kernel/owners/owner.js';
import type { NodeRole } from '../../src/verdict/applied_row.js';
import type { Capture, NodeFacts } from '../../src/verdict/capture.js';
import { evaluate } from '../../src/verdict/evaluate.js';
import { renderCoverage } from '../../src/verdict/text/coverage.js';
import {
  capture,
  coverage,
  held,
  listener,
  notes,
  processOwner,
  row,
  socketFile,
  spec,
  unixListener,
  unixRow,
} from './factory.js';

/* What is known of the node as a whole decides what is expected of it. */

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
  const findings = (node: Partial<NodeFacts>, source: Partial<SourceReading> | null, listener = kubelet) => {
    const sources = source === null ? [] : [{ ...CONFIGURATION, ...source }];
    const read = renderCoverage([...coverage().sources, ...sources]);
    const observed = { node: { ...capture([]).node, ...node }, coverage: read };
    return evaluate(all, capture([listener], observed), 'control-plane').findings;
  };
  const codes = (...seen: Parameters<typeof findings>) => findings(...seen).map(({ code }) => code);
  const unplaced = ['place-unknown', 'no-listener', 'place-unknown', 'not-in-spec'];
  const missing = ['no-listener', 'no-listener', 'runs-but-not-here', 'not-in-spec'];
  t.strictSame(codes({ isInstalled: false }, {}), unplaced, 'a unit of the snap shows that these are other files');
  const unit = 'snap.k8s.kubelet.service';
  const origin = { cgroup: `/system.slice/${unit}`, unit, pod: null, container: null };
  const unowned = held('kubelet', '0.0.0.0', 10250, { owners: [], ownersUnknown: 'permission', origin });
  t.strictSame(codes({ isInstalled: false }, {}, unowned).slice(0, 2), unplaced.slice(0, 2), 'or created a listener');
  const [{ advice } = { advice: null }] = findings({ isInstalled: false }, {});
  t.match(advice?.text, /^Name where the file system .* \(--host-root\); else/, 'all of these files were read');
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
    for (const address of ['0.0.0.0', '127.0.0.1']) {
      const inTheWay = held('nginx', address, 10248);
      const { findings } = evaluate(spec([KUBELET]), capture([sshd, inTheWay], { node }), 'unknown');
      t.match(findings.slice(1), [
        {
          verdict: 'unexpected',
          code: 'in-the-way',
          params: { service: 'kubelet' },
          sockets: [inTheWay.id],
          severity: 'warning',
        },
      ]);
      t.match(findings[1]?.advice?.text, /^Before bootstrapping this node, .* k8s-sockwatch preflight/);
      t.equal(findings.length, 2, 'others are not in the way');
    }
    for (const address of ['10.0.0.5', '169.254.1.1']) {
      t.strictSame(codes([held('nginx', address, 10248)], {}), new Set(['not-bootstrapped']), `nor on ${address}`);
    }
    t.strictSame(codes([sshd], { coverage: coverage({ unix: 'failed' }) }), new Set(['not-bootstrapped']));
    const not = (name: string, got: ReadonlySet<string | null>) => t.notOk(got.has('not-bootstrapped'), name);
    not('its services were left running', codes([held('kubelet', '127.0.0.1', 10248)], {}));
    not('its markers cannot be seen', codes([sshd], { node: { ...node, isBootstrapped: null } }));
    not('a role was requested', codes([sshd], {}, 'worker'));
    t.end();
  },
);
