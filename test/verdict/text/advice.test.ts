import t from 'tap';
import { UNCODED } from '../../../src/base/coded.js';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import type { Setting } from '../../../src/node/setting.js';
import type { Row } from '../../../src/spec/rows.js';
import { evaluate } from '../../../src/verdict/evaluate.js';
import { adviceForUncoded } from '../../../src/verdict/text/advice.js';
import {
  capture,
  coverage,
  device,
  held,
  judge,
  listener,
  NO_ROUTE,
  NODE,
  notes,
  processOwner,
  row,
  rowNote,
  setting,
  socketFile,
  spec,
  unit,
  unixListener,
  unixRow,
} from '../factory.js';

const ABSENT = socketFile('/run/x.sock', { state: 'absent', device: null, inode: null });

function advice(
  one: Row,
  sockets: readonly OwnedListener[],
  changes: Partial<Parameters<typeof judge>[1]> = {},
): string {
  const { text, commands } = judge(one, { sockets, ...changes }).advice ?? { text: 'Nothing to do.', commands: [] };
  return [text, ...commands].join('\n');
}

t.test('a service that would be exposed is not to be started as it is configured', (t) => {
  const on = (service: string, flag: string, value: string, changes: Partial<Setting> = {}) => ({
    observed: { node: { ...NODE, configuration: [setting(service, flag, value, changes)] } },
  });
  const kubelet = row('localhost:10248', 'kubelet');
  const cases: [one: Row, changes: Parameters<typeof advice>[2], expected: RegExp][] = [
    [
      kubelet,
      on('kubelet', '--healthz-bind-address', '0.0.0.0'),
      /^First change --healthz-bind-address=0\.0\.0\.0 in line 7 of \S+kubelet to 127\.0\.0\.1: with it, kubelet would be exposed\. Check .*\nsudo sed -n 7p /,
    ],
    [kubelet, on('kubelet', '--healthz-bind-address', '192.0.2.2'), /^First change /],
    [
      row('localhost:10256', 'kube-proxy'),
      on('kube-proxy', '--healthz-bind-address', '0.0.0.0:10256', {
        source: { kind: 'built-in-default', path: null, line: null },
      }),
      /^First set --healthz-bind-address=127\.0\.0\.1:10256 in \S+kube-proxy: without it, kube-proxy would be exposed\. /,
    ],
    [
      row('default:2379', 'etcd'),
      on('etcd', '--listen-client-urls', 'https://0.0.0.0:2379'),
      /^First change .* to https:\/\/192\.0\.2\.2:2379: with it, etcd/,
    ],
  ];
  for (const [one, changes, expected] of cases) t.match(advice(one, [], changes), expected);
  const fine: [one: Row, changes: Parameters<typeof advice>[2]][] = [
    [kubelet, on('kubelet', '--healthz-bind-address', '127.0.0.1')],
    [kubelet, on('kubelet', '--healthz-port', '10248')],
    [row('*:10250', 'kubelet'), on('kubelet', '--address', '0.0.0.0')],
    [row('default:2379', 'etcd'), on('etcd', '--listen-client-urls', 'https://192.0.2.2:2379,https://127.0.0.1:2379')],
  ];
  for (const [one, changes] of fine) t.match(advice(one, [], changes), /^Check whether /);
  t.end();
});

t.test('the log of Cilium is that of its pod on this node', (t) => {
  const agent = processOwner('cilium-agent', { pod: 'a', podNamespace: 'kube-system', podName: 'cilium-x7k2f' });
  const log = (row_: Row, name: string, changes = {}) =>
    advice(row_, [held(name, '127.0.0.1', 9879, { owners: [{ ...agent, comm: name, ...changes }] })]);
  const tunnel = row('*:8472/udp', 'cilium-agent');
  t.match(log(tunnel, 'cilium-agent'), '\nsudo k8s kubectl -n kube-system logs cilium-x7k2f --tail 50\n');
  t.match(log(tunnel, 'cilium-agent', { podName: undefined }), ' logs ds/cilium --tail 50\n');
  const operator = row('localhost:9234', 'cilium-operator');
  t.match(log(operator, 'cilium-operator', { podName: undefined }), ' logs deploy/cilium-operator --tail 50');
  t.end();
});

t.test('one sentence for each verdict', (t) => {
  const kubelet = row('localhost:10248', 'kubelet');
  const cases: [name: string, text: string, expected: RegExp][] = [
    ['ok', advice(kubelet, [held('kubelet', '127.0.0.1', 10248)]), /^Nothing to do\.$/],
    ['missing', advice(kubelet, []), /\nsnap services k8s\nsudo journalctl -u snap\.k8s\.kubelet -n 50$/],
    ['missing, cut name', advice(row('*:10257', 'kube-controller'), []), /snap\.k8s\.kube-controller-manager/],
    ['missing, in a pod', advice(row('*:4244', 'cilium-agent'), []), /k8s kubectl get pods/],
    [
      'missing socket',
      advice(unixRow('/run/x.sock', 'containerd'), [], { observed: { files: [ABSENT] } }),
      /restart it to recreate its socket\.\n.*\n.*\nsudo snap restart k8s\.containerd$/,
    ],
    ['exposed', advice(kubelet, [held('kubelet', '0.0.0.0', 10248)]), /^Bind kubelet to loopback and restart it/],
    [
      'wrong owner',
      advice(row('*:10250', 'kubelet'), [held('nc', '0.0.0.0', 10250)]),
      /stop process 812 \("nc"\), then start or restart kubelet/,
    ],
    [
      'wrong device',
      advice(row('*:8472/udp', 'cilium-agent'), [
        listener('0.0.0.0', 8472, { protocol: 'udp', owners: [device('ftun0')] }),
      ]),
      /ip -d link show ftun0/,
    ],
    [
      'wrong address',
      advice(row('default:6400', 'k8sd'), [held('k8sd', '198.51.100.2', 6400)]),
      /listen on the default interface instead of 198\.51\.100\.2:6400/,
    ],
    [
      'narrowed, and reachable',
      advice(row('*:10259', 'kube-scheduler'), [held('kube-scheduler', '192.0.2.2', 10259)]),
      /intended hardening/,
    ],
    [
      'narrowed, and out of reach',
      advice(row('*:10259', 'kube-scheduler'), [held('kube-scheduler', '127.0.0.1', 10259)]),
      /its clients cannot reach it/,
    ],
    [
      'beside another',
      advice(row('*:6443', 'kube-apiserver'), [
        held('kube-apiserver', '0.0.0.0', 6443),
        held('nc', '0.0.0.0', 6443, { owners: [processOwner('nc', { pid: 9 })] }),
      ]),
      /^Find out why it is there, and stop process 9 \("nc"\); kube-apiserver need not be restarted\.\nsudo kill 9$/,
    ],
    ['unverified', advice(kubelet, [listener('127.0.0.1', 10248)]), /as root/],
    [
      'not found',
      advice(kubelet, [listener('127.0.0.1', 10248, { ownersUnknown: 'not-found' })]),
      /^Run again: the socket may be on its way/,
    ],
    ['not looked', advice(kubelet, [listener('127.0.0.1', 10248, { ownersUnknown: 'not-looked' })]), /--owners auto/],
    ['no inode', advice(kubelet, [listener('127.0.0.1', 10248, { ownersUnknown: 'no-inode' })]), /--allow-module-load/],
    [
      'role unknown',
      advice(row('*:1', 'x', { role: 'worker' }), [], { role: 'unknown' }),
      /--role control-plane\nk8s-sockwatch --role worker/,
    ],
    ['no route', advice(row('default:1', 'x'), [], { observed: { node: NO_ROUTE } }), /\nip route show default/],
    ['not applicable', advice(row('*:1', 'x', { role: 'control-plane' }), []), /^Nothing to do\.$/],
  ];
  for (const [name, text, expected] of cases) {
    t.match(text, expected, name);
    t.match(text, /^[A-Z].*\.$/m, 'a sentence');
  }
  t.end();
});

t.test('a process is stopped by its unit, where systemd would start it again', (t) => {
  const owners = [processOwner('nc', { unit: 'nc.service' })];
  t.match(
    advice(row('*:10250', 'kubelet'), [held('nc', '0.0.0.0', 10250, { owners })]),
    /stop and disable nc\.service/,
  );
  t.end();
});

t.test('another installation', (t) => {
  const owners = [processOwner('kubelet', { unit: 'kubelet.service' })];
  const known = notes({
    services: { kubelet: { units: ['snap.k8s.kubelet.service'] } },
    rows: [rowNote({ service: 'none' })],
  });
  const text = advice(row('*:10250', 'kubelet'), [held('kubelet', '0.0.0.0', 10250, { owners })], { notes: known });
  t.match(
    text,
    /^Another installation runs here\. .* stop and disable kubelet\.service, .*; if not, remove the k8s snap\./,
  );
  t.match(text, /\nsudo systemctl disable --now -- kubelet\.service\nsudo snap restart k8s\.kubelet$/);
  t.end();
});

t.test("Docker's containerd, which may stay; a container that has its name must not stop it", (t) => {
  const known = notes({ services: { containerd: { units: ['snap.k8s.containerd.service'] } } });
  const docker = processOwner('containerd', { unit: 'containerd.service' });
  const path = unixRow('/run/containerd/containerd.sock', 'containerd');
  const socket = unixListener('/run/containerd/containerd.sock', { owners: [docker] });
  const text = advice(path, [socket], {
    notes: known,
    observed: { files: [socketFile('/run/containerd/containerd.sock')] },
  });
  t.match(text, /stop and disable containerd\.service.*, or keep both: .* containerd-base-dir\./);
  t.match(text, /\nsudo systemctl disable --now -- containerd\.service\n/);
  const port = advice(row('*:1234', 'containerd'), [held('containerd', '0.0.0.0', 1234, { owners: [docker] })], {
    notes: known,
  });
  t.match(port, /stop process 812 \("containerd"\)/, 'on a port, it may be any program in its unit');
  t.end();
});

t.test('of several that are down, the one that the others wait for is to be seen to', (t) => {
  const rows = [row('*:10250', 'kubelet'), row('*:6443', 'kube-apiserver')];
  const services = [unit('kubelet', { comm: 'bash' }), unit('kube-apiserver', { pids: [], comm: null })];
  const node = { ...NODE, services };
  const { findings } = evaluate(spec(rows), capture([], { node }), 'control-plane');
  t.match(findings, [
    {
      message: /kubelet waits for kube-apiserver: snap\.k8s\.kubelet\.service still runs its start script$/,
      advice: { text: 'See to kube-apiserver first: kubelet starts by itself once that answers.', commands: [] },
    },
    { advice: { text: /^Read the log of kube-apiserver for why it does not run, and start it\.$/ } },
  ]);
  t.end();
});

t.test('a tunnel that is not there, although the agent is', (t) => {
  const rows = [row('*:8472/udp', 'cilium-agent'), row('default:4240', 'cilium-agent')];
  const { findings } = evaluate(spec(rows), capture([held('cilium-agent', '192.0.2.2', 4240)]), 'worker');
  t.match(findings[0], {
    code: 'runs-but-not-here',
    message: /it runs: cilium-agent .* is listening on 192\.0\.2\.2:4240$/,
    advice: { text: /routing-mode native/ },
  });
  t.end();
});

t.test('where the owner can be seen depends on where we are', (t) => {
  const hidden = [listener('127.0.0.1', 10248, { ownersUnknown: 'not-found' })];
  const kubelet = row('localhost:10248', 'kubelet');
  const inContainer = { observed: { coverage: coverage({}, ['own-pid-namespace']) } };
  t.match(advice(kubelet, hidden, inContainer), /^Run again on the host, in Kubernetes with hostPID: true/);
  t.end();
});

t.test('a match by comm alone is to be confirmed', (t) => {
  const owners = [processOwner('x', { comm: 'kubelet', exe: '/x', argv0: 'x' })];
  t.match(advice(row('*:10250', 'kubelet'), [held('x', '0.0.0.0', 10250, { owners })]), /any process can choose/);
  t.end();
});

t.test('a stranger: describe it or stop it, whatever it calls itself', (t) => {
  const name = '\x1b[31mx';
  const sockets = [held('x', '0.0.0.0', 666, { owners: [processOwner('x', { comm: name, exe: name, argv0: name })] })];
  const [finding] = evaluate(spec([]), capture(sockets), 'worker').findings;
  const text = finding?.advice?.text ?? '';
  t.match(text, /notes file \(--notes\); otherwise stop process 812 \("\\x1b\[31mx"\)/);
  t.notMatch(text, /\p{Cc}/u);
  t.end();
});

t.test('a finding without a code gets the common advice for its verdict', (t) => {
  const kubelet = row('localhost:10248', 'kubelet');
  const cilium = row('*:8472/udp', 'cilium-agent');
  const cases: [row: Row, sockets: readonly OwnedListener[], verdict: string][] = [
    [kubelet, [held('kubelet', '127.0.0.1', 10248)], 'ok'],
    [kubelet, [], 'missing'],
    [kubelet, [held('kubelet', '0.0.0.0', 10248)], 'exposed'],
    [kubelet, [held('nc', '127.0.0.1', 10248)], 'wrong-owner'],
    [cilium, [listener('0.0.0.0', 8472, { protocol: 'udp', owners: [device('ftun0')] })], 'wrong-owner'],
    [row('*:10257', 'kube-scheduler'), [held('kube-scheduler', '127.0.0.1', 10257)], 'narrowed'],
    [kubelet, [listener('127.0.0.1', 10248)], 'unverified'],
  ];
  for (const [one, sockets, verdict] of cases) {
    const finding = judge(one, { sockets });
    t.equal(finding.verdict, verdict);
    const byId = new Map(sockets.map((socket) => [socket.id, socket]));
    t.strictSame(adviceForUncoded({ ...finding, ...UNCODED }, byId), finding.advice, verdict);
  }
  t.end();
});

t.test('a file that is no socket is not removed', (t) => {
  const files = [socketFile('/run/x.sock', { state: 'not-a-socket', device: null, inode: null })];
  const text = advice(unixRow('/run/x.sock', 'containerd'), [], { observed: { files } });
  t.match(text, /^Find out what put the file there: .*\nls -ld -- \/run\/x\.sock\n/);
  t.notMatch(text, /remove|\brm\b|restart/);
  t.end();
});
