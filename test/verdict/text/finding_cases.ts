import { NO_NOTES } from '../../../src/spec/notes.js';
import { evaluate } from '../../../src/verdict/evaluate.js';
import type { Finding } from '../../../src/verdict/finding.js';
import { renderFinding } from '../../../src/verdict/text/finding.js';
import {
  capture,
  coverage,
  device,
  held,
  judge,
  listener,
  listenerNote,
  NO_ROUTE,
  NODE,
  notes,
  processOwner,
  row,
  rowNote,
  socketFile,
  spec,
  unixListener,
  unixRow,
} from '../factory.js';
import { CONFIGURATION_CASES } from './configuration_cases.js';

const PATH = '/run/x.sock';
const KUBELET = row('localhost:10248', 'kubelet');
const ETCD = row('default:2379', 'etcd');
const API = row('*:6443', 'kube-apiserver');
const UNIX = unixRow(PATH, 'containerd');
const ABSENT = socketFile(PATH, { state: 'absent', device: null, inode: null });
const OTHER_UNIT = [processOwner('kubelet', { unit: 'kubelet.service' })];
const UNITS = notes({ services: { kubelet: { units: ['snap.k8s.kubelet.service'] } } });
const MOVED = '/var/x.sock';
const MOVABLE = notes({ rows: [rowNote({ path: PATH }, { paths: [MOVED] })] });
const CONDITIONAL = row('localhost:10256', 'kube-proxy', { condition: 'eBPF is off' });
const UDP = { protocol: 'udp' } as const;

function unexplained(socket: ReturnType<typeof listener>, changes = {}, known = NO_NOTES): Finding {
  const [finding] = evaluate(spec([], { notes: known }), capture([socket], changes), 'worker').findings;
  if (finding === undefined) throw new Error('no finding');
  return finding;
}

const owned = (name: string): string => `${name} (pid 812, /snap/k8s/1/bin/${name})`;
const NOTHING = 'nothing is listening on';
const NOBODY = 'no process in this network namespace is listening on';
const UNSEEN = 'its owner is not visible: some processes could not be read (permission denied)';

/** What each code says: `|` separates the message from the reason that ends it. */
export const CASES: readonly (readonly [finding: Finding, text: string])[] = [
  [judge(KUBELET, { sockets: [held('kubelet', '::1', 10248)] }), `${owned('kubelet')} is listening on [::1]:10248`],
  [
    judge(UNIX, {
      sockets: [unixListener(MOVED, { owners: [processOwner('containerd')] })],
      observed: { files: [ABSENT, socketFile(MOVED)] },
      notes: MOVABLE,
    }),
    `${owned('containerd')} is listening on ${MOVED}|the notes allow containerd to use this path instead of ${PATH}`,
  ],
  [
    judge(API, { sockets: [held('kube-apiserver', '127.0.0.1', 6443)] }),
    `${owned('kube-apiserver')} is listening on 127.0.0.1:6443 only; the page says *:6443/tcp|clients of other machines cannot reach it`,
  ],
  [
    judge(API, {
      sockets: [held('kube-apiserver', '0.0.0.0', 6443)],
      observed: { node: { ...NODE, defaultAddresses: ['fd00::2'] } },
    }),
    `${owned('kube-apiserver')} is listening on 0.0.0.0:6443|IPv4 only, but all addresses of this node are IPv6 addresses`,
  ],
  [
    judge(API, { sockets: [held('kube-apiserver', '0.0.0.0', 6443), held('nc', '0.0.0.0', 6443)] }),
    `a process that calls itself ${owned('nc')} is listening on 0.0.0.0:6443 beside ${owned('kube-apiserver')} (*:6443/tcp in the page)|both serve, and connections are shared between them, so some of those for kube-apiserver go to the other`,
  ],
  [
    judge(row('default:2379', 'etcd'), {
      sockets: [held('k8s-dqlite', '192.0.2.2', 9000)],
      notes: notes({ rows: [rowNote({ service: 'etcd' }, { replacedBy: ['k8s-dqlite'] })] }),
    }),
    `${NOTHING} default:2379/tcp|k8s-dqlite runs on this node in the place of etcd`,
  ],
  [
    evaluate(
      spec([API], { source: 'builtin:canonical-k8s' }),
      capture([], { node: { ...NODE, isInstalled: false } }),
      'unknown',
    ).findings[0] as Finding,
    'this machine is not a node of Canonical Kubernetes: no file, unit or listener of it is here (k8s-sockwatch preflight says whether it could become one)',
  ],
  [
    evaluate(spec([API]), capture([], { node: { ...NODE, isInstalled: true, isBootstrapped: false } }), 'unknown')
      .findings[0] as Finding,
    'Canonical Kubernetes is installed here and not bootstrapped: nothing of it is expected to listen yet (sudo k8s bootstrap makes this the first node of a cluster, sudo k8s join-cluster TOKEN a further one)',
  ],
  [
    renderFinding(
      {
        ...judge(API, { role: 'worker' }),
        ...{ verdict: 'not-applicable', severity: 'none', configuration: null },
        ...{ code: 'row-not-on-page-of-node', params: { release: '1.36' } },
      },
      { sockets: new Map(), coverage: coverage(), node: { defaultAddresses: [], services: null } },
    ),
    '|the page of release 1.36 does not have this row',
  ],
  [
    evaluate(
      spec([API]),
      capture([held('nginx', '0.0.0.0', 6443)], { node: { ...NODE, isInstalled: true, isBootstrapped: false } }),
      'unknown',
    ).findings[1] as Finding,
    `${owned('nginx')} is listening on 0.0.0.0:6443/tcp|kube-apiserver needs the port once this node is bootstrapped`,
  ],
  [
    evaluate(
      spec([API], { source: 'builtin:canonical-k8s' }),
      capture([], { coverage: coverage({ configuration: 'partial' }) }),
      'unknown',
    ).findings[0] as Finding,
    `${NOTHING} *:6443/tcp|whether this is a node of Canonical Kubernetes is unknown: its files could not be seen`,
  ],
  [
    judge(API, { observed: { coverage: coverage({ configuration: 'partial' }) } }),
    `${NOTHING} *:6443/tcp|whether kube-apiserver is configured to listen elsewhere is unknown`,
  ],
  [
    judge(UNIX, {
      sockets: [unixListener(PATH, { owners: [processOwner('containerd')] })],
      observed: { files: [socketFile(PATH, { isProtected: false })] },
    }),
    `${owned('containerd')} is listening on ${PATH}|users other than root can replace the file, so what answers there may change`,
  ],
  [
    unexplained(
      held('sshd', '0.0.0.0', 2222, { uid: 1000 }),
      {},
      notes({ listeners: [listenerNote({ owners: ['sshd'], reason: 'SSH' })] }),
    ),
    `a process that calls itself ${owned('sshd')} is listening on 0.0.0.0:2222/tcp|the notes allow sshd here (SSH), but only its name says that it is that`,
  ],
  [
    judge(API, {
      sockets: [held('kube-apiserver', '127.0.0.1', 6443)],
      notes: notes({ rows: [rowNote({ port: 6443 }, { hardening: 'The guide says so.' })] }),
    }),
    `${owned('kube-apiserver')} is listening on 127.0.0.1:6443 only; the page says *:6443/tcp|The guide says so`,
  ],
  [
    judge(API, { sockets: [held('kube-apiserver', '::', 6443, { v6only: true })] }),
    `${owned('kube-apiserver')} is listening on [::]:6443|IPv6 only (v6only is set), but the page says *:6443/tcp`,
  ],
  [
    judge(API, { sockets: [held('kube-apiserver', '::', 6443, { v6only: null })] }),
    `${owned('kube-apiserver')} is listening on [::]:6443|whether it serves IPv4 as well is unknown: the kernel did not report whether v6only is set`,
  ],
  [
    judge(KUBELET, { sockets: [held('kubelet', '0.0.0.0', 10248)] }),
    `${owned('kubelet')} is listening on 0.0.0.0:10248, which is wider than localhost:10248/tcp in the page`,
  ],
  [
    judge(KUBELET, { sockets: [listener('0.0.0.0', 10248)] }),
    `an unknown owner (${UNSEEN}) is listening on 0.0.0.0:10248, which is wider than localhost:10248/tcp in the page|too wide for any owner, but ${UNSEEN}`,
  ],
  [
    judge(ETCD, { sockets: [held('etcd', '198.51.100.2', 2379)] }),
    `${owned('etcd')} is listening on 198.51.100.2:2379; the page says default:2379/tcp`,
  ],
  [
    judge(API, { sockets: [held('nc', '127.0.0.1', 6443)] }),
    `${owned('nc')} holds 127.0.0.1:6443, which belongs to kube-apiserver (*:6443/tcp in the page)`,
  ],
  [
    judge(KUBELET, { sockets: [held('kubelet', '127.0.0.1', 10248, { owners: OTHER_UNIT })], notes: UNITS }),
    'a process that calls itself kubelet (pid 812, /snap/k8s/1/bin/kubelet, kubelet.service) holds 127.0.0.1:10248, which belongs to kubelet in snap.k8s.kubelet.service (localhost:10248/tcp in the page)|it has that name, which any program can have',
  ],
  [
    judge(row('*:8472/udp', 'cilium-agent'), {
      sockets: [listener('0.0.0.0', 8472, { ...UDP, owners: [device('ftun0')] })],
    }),
    'kernel device ftun0 (vxlan) holds 0.0.0.0:8472, which belongs to cilium-agent (*:8472/udp in the page)',
  ],
  [
    judge(KUBELET, { sockets: [listener('127.0.0.1', 10248)] }),
    `whether kubelet is listening on 127.0.0.1:10248 is unknown (localhost:10248/tcp in the page)|${UNSEEN}`,
  ],
  [
    judge(ETCD, { observed: { node: NO_ROUTE } }),
    'this node has no default route, and no address of k8sd is known, so the address of "default" is unknown; nothing is listening on port 2379/tcp',
  ],
  [
    judge(ETCD, { observed: { node: { ...NODE, defaultAddresses: [] } } }),
    'no interface of the default route has an address, and no address of k8sd is known, so the address of "default" is unknown; nothing is listening on port 2379/tcp',
  ],
  [
    judge(ETCD, {
      sockets: [held('etcd', '::', 2379)],
      observed: { node: NO_ROUTE, coverage: coverage({ network: 'failed' }) },
    }),
    `the default route could not be read: network is broken, so the address of "default" is unknown; ${owned('etcd')} is listening on [::]:2379`,
  ],
  [
    judge(KUBELET, { observed: { coverage: coverage({ tcp: 'partial' }) } }),
    'no listener was seen|the tcp table was not read completely: tcp is broken',
  ],
  [
    judge(API, {
      sockets: [held('kube-apiserver', '127.0.0.1', 6443)],
      observed: { coverage: coverage({ tcp: 'partial' }) },
    }),
    `${owned('kube-apiserver')} is listening on 127.0.0.1:6443; whether on *:6443/tcp too is unknown|the tcp table was not read completely: tcp is broken`,
  ],
  [
    judge(row('*:1', 'x', { role: 'worker' }), { role: 'unknown' }),
    `${NOTHING} *:1/tcp|the row is for worker nodes only, and the role of this node is unknown (use --role)`,
  ],
  [
    judge(row('*:1', 'x', { role: 'worker' }), { role: 'unknown', sockets: [held('nc', '::', 1)] }),
    `${owned('nc')} holds [::]:1|the row is for worker nodes only, and the role of this node is unknown (use --role)`,
  ],
  [judge(row('*:1', 'x', { role: 'control-plane' }), {}), '|for control-plane nodes only; this is a worker node'],
  [
    judge(CONDITIONAL, {}),
    `${NOTHING} localhost:10256/tcp|the row is conditional ("eBPF is off"), and nothing on this node tells that`,
  ],
  [
    // Another row of the service is on a port of unknown owner.
    judge({ ...CONDITIONAL }, { sockets: [listener('198.51.100.2', 10256, UDP)] }),
    `${NOTHING} localhost:10256/tcp|the row is conditional ("eBPF is off"), and nothing on this node tells that`,
  ],
  [
    evaluate(
      spec([CONDITIONAL, row('localhost:10249', 'kube-proxy')]),
      capture([listener('127.0.0.1', 10249)]),
      'worker',
    ).findings[0] as Finding,
    `${NOTHING} localhost:10256/tcp|the row is conditional ("eBPF is off"), and whether kube-proxy runs here is unknown while the owners of its ports are`,
  ],
  [judge(KUBELET, {}), `${NOTHING} localhost:10248/tcp; kubelet should be`],
  [
    judge(KUBELET, { sockets: [held('nc', '192.0.2.2', 10248)] }),
    `${NOTHING} localhost:10248/tcp; kubelet should be|${owned('nc')} is listening on 192.0.2.2:10248, another address`,
  ],
  [judge(UNIX, { observed: { files: [socketFile(PATH)] } }), `${NOBODY} ${PATH}|the socket file is stale`],
  [
    judge(UNIX, { observed: { files: [{ ...ABSENT, state: 'not-a-socket' }] } }),
    `${NOBODY} ${PATH}|the file there is not a socket`,
  ],
  [judge(UNIX, { observed: { files: [ABSENT] } }), `${NOBODY} ${PATH}|the file does not exist`],
  [
    judge(UNIX, {
      sockets: [unixListener(PATH, { owners: [processOwner('containerd')] })],
      observed: { files: [ABSENT] },
    }),
    `clients cannot connect to ${PATH}|${owned('containerd')} is still listening, but its socket file was removed or replaced`,
  ],
  [
    judge(UNIX, { sockets: [unixListener(PATH, { owners: [processOwner('containerd')] })] }),
    `${owned('containerd')} is listening on ${PATH}|whether the socket file still exists was not checked; a listener keeps its name without it`,
  ],
  [
    judge(UNIX, {
      sockets: ['containerd', 'nc'].map((name) => unixListener(PATH, { owners: [processOwner(name)] })),
    }),
    `${owned('containerd')} and ${owned('nc')} are listening on ${PATH}|in a mount namespace of its own, a process can have the same name; which of them has the file is unknown`,
  ],
  [
    judge(UNIX, {}),
    `no listener is named ${PATH}|its file was not checked, and may belong to a listener of another name`,
  ],
  [
    judge(UNIX, { observed: { files: [{ ...ABSENT, state: 'unreadable' }] } }),
    `no listener is named ${PATH}|its file could not be read, and may belong to a listener of another name`,
  ],
  [
    unexplained(held('nc', '0.0.0.0', 9000)),
    `${owned('nc')} is listening on 0.0.0.0:9000/tcp, reachable from outside; not in the page or notes`,
  ],
  [
    unexplained(held('nc', '::1', 9000)),
    `${owned('nc')} is listening on [::1]:9000/tcp, on loopback only; not in the page or notes`,
  ],
  [
    unexplained(held('nc', 'fe80::1', 9000, { device: 'eth0' })),
    `${owned('nc')} is listening on [fe80::1%eth0]:9000/tcp, reachable on the local link only; not in the page or notes`,
  ],
  [
    unexplained(
      listener('0.0.0.0', 22),
      {},
      notes({ listeners: [listenerNote({ owners: ['sshd', 'systemd'], reason: 'SSH' })] }),
    ),
    `0.0.0.0:22/tcp: the notes allow sshd or systemd here (SSH), but ${UNSEEN}`,
  ],
  [
    unexplained(held('curl', '0.0.0.0', 40000, UDP), { node: { ...NODE, ephemeralPorts: null } }),
    `${owned('curl')} is bound to 0.0.0.0:40000/udp|the ephemeral port range is unknown, so this may be a client`,
  ],
  ...CONFIGURATION_CASES,
];
