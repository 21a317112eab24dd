import type { Role } from '../../src/spec/rows.js';
import * as disk from './disk.js';
import {
  answering,
  containerd,
  type Family,
  type Node,
  type Plan,
  type Service,
  type Socket,
  standIn,
  tcp,
  udp,
} from './plan.js';

export function describeNode(role: Role, family: Family, containerdPath: string): Node {
  const ipv6 = family === 'dual' ? 'fd00:2::2' : null;
  const addresses = { ipv4: '192.0.2.2', ipv6, other: '198.51.100.2' };
  return { role, family, addresses, any: family === 'dual' ? '::' : '0.0.0.0', containerdPath };
}

/** The cgroup of a snap service. */
export function snap(service: string): string {
  return `system.slice/snap.k8s.${service}.service`;
}

/** The cgroup of a login session. */
export const SESSION = 'user.slice/user-1000.slice/session-3.scope';

/** Pods with one container each: `id` is its id. */
const PODS = {
  agent: {
    namespace: 'kube-system',
    name: 'cilium-x7k2f',
    uid: '5d2c1f0e-7a4b-4c3d-9e8f-0a1b2c3d4e5f',
    container: 'cilium-agent',
    id: 'a1'.repeat(32),
  },
  speaker: {
    namespace: 'metallb-system',
    name: 'metallb-speaker-q8w4z',
    uid: '7c6b5a49-3827-4615-8f0e-d1c2b3a49586',
    container: 'speaker',
    id: 'd4'.repeat(32),
  },
  operator: {
    namespace: 'kube-system',
    name: 'cilium-operator-6b9c7d5f4-p2m8n',
    uid: '0f9e8d7c-6b5a-4948-8776-655443322110',
    container: 'cilium-operator',
    id: 'b2'.repeat(32),
  },
} as const;
const [AGENT_POD, SPEAKER_POD, OPERATOR_POD] = [cgroupOf(PODS.agent), cgroupOf(PODS.speaker), cgroupOf(PODS.operator)];

/** The cgroup of a container, as named by kubelet and containerd's CRI plugin with the systemd driver. */
function cgroupOf({ uid, id }: (typeof PODS)[keyof typeof PODS]): string {
  const slice = `kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
  return `kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${id}.scope`;
}

/** Every service of the snap, with the arguments that k8sd gives it; only those of the role run. */
function flagsOf({ addresses, containerdPath }: Node): ReadonlyMap<string, readonly string[]> {
  const pki = '/etc/kubernetes/pki';
  const base = containerdPath.replace(/\/run\/containerd\/containerd\.sock$/, '');
  return new Map([
    [
      'containerd',
      [
        `--address=${containerdPath}`,
        `--config=${base}/etc/containerd/config.toml`,
        `--root=${base}/var/lib/containerd`,
        `--state=${base}/run/containerd`,
      ],
    ],
    [
      'etcd',
      [
        `--listen-client-urls=https://${addresses.ipv4}:2379,https://127.0.0.1:2379`,
        `--listen-peer-urls=https://${addresses.ipv4}:2380`,
      ],
    ],
    ['k8s-apiserver-proxy', ['--endpoints=/etc/kubernetes/k8s-apiserver-proxy.json', '--listen=:6443']],
    ['k8sd', ['--state-dir=/var/snap/k8s/common/var/lib/k8sd/state']],
    [
      'kube-apiserver',
      [
        `--advertise-address=${addresses.ipv4}`,
        '--anonymous-auth=false',
        '--etcd-servers=https://127.0.0.1:2379',
        '--secure-port=6443',
        `--tls-cert-file=${pki}/apiserver.crt`,
      ],
    ],
    [
      'kube-controller-manager',
      ['--kubeconfig=/etc/kubernetes/controller.conf', '--use-service-account-credentials=true'],
    ],
    [
      'kube-proxy',
      ['--healthz-bind-address=127.0.0.1:10256', '--kubeconfig=/etc/kubernetes/proxy.conf', '--profiling=false'],
    ],
    ['kube-scheduler', ['--kubeconfig=/etc/kubernetes/scheduler.conf', '--profiling=false']],
    [
      'kubelet',
      [
        '--anonymous-auth=false',
        '--authentication-token-webhook=true',
        `--client-ca-file=${pki}/client-ca.crt`,
        `--container-runtime-endpoint=unix://${containerdPath}`,
        '--read-only-port=0',
      ],
    ],
  ]);
}

/** What the disk of a node holds on which these services of the snap run. */
function diskOf(node: Node, running: readonly string[]): disk.Disk {
  const flags = flagsOf(node);
  const isSetUp = (service: string): boolean => running.includes(service);
  return new Map<string, disk.DiskFile>([
    ...[...flags.keys()].map((service) => [disk.unitFile(service), disk.unitText(service)] as const),
    ...running.map((service) => [disk.wantedUnit(service), { link: disk.unitFile(service) }] as const),
    ...[...flags]
      .filter(([service]) => isSetUp(service))
      .map(([service, own]) => [disk.argumentsFile(service), disk.argumentsText(own)] as const),
    ...disk.snapFiles('1.36.3'),
    ...disk.k8sdState(`${node.addresses.ipv4}:6400`),
    [disk.CNI_FILE, '{"cniVersion": "0.3.1", "name": "cilium", "plugins": [{"type": "cilium-cni"}]}\n'],
    ...Object.values(PODS).flatMap((pod) => disk.podLog(pod.namespace, pod.name, pod.uid, pod.container, pod.id)),
    ...(node.role === 'worker' ? [[disk.WORKER_MARKER, ''] as const] : []),
  ]);
}

/** A node whose listeners are exactly those of the page and the notes. */
export function healthyPlan(node: Node): Plan {
  const services = [
    ...servicesOfEveryNode(node),
    ...(node.role === 'worker' ? servicesOfWorkers(node) : servicesOfControlPlanes(node)),
    speaker(node),
    ...servicesOfTheSystem(node),
  ];
  const ofSnap = services.filter(({ name, cgroup }) => cgroup === snap(name)).map(({ name }) => name);
  return {
    services: new Map(services.map((service) => [service.name, service])),
    disk: diskOf(node, ofSnap),
    vxlan: { device: 'cilium_vxlan', cgroup: AGENT_POD },
    defaultRoute: 'one-hop',
  };
}

/** A machine on which Canonical Kubernetes is yet to be installed. */
export function barePlan(): Plan {
  return { services: new Map(), disk: new Map(), vxlan: null, defaultRoute: 'one-hop' };
}

/** In the snap, the Kubernetes programs are links to one executable, and those of k8sd to another. */
function ofSnap(node: Node, name: string, executable: 'kubernetes' | 'k8s', sockets: readonly Socket[]): Service {
  return standIn({ name, executable, cgroup: snap(name), sockets, flags: flagsOf(node).get(name) ?? [] });
}

function servicesOfEveryNode(node: Node): Service[] {
  const { any, addresses, containerdPath } = node;
  const health = [addresses.ipv4, ...(addresses.ipv6 === null ? [] : [addresses.ipv6])].map((address) =>
    answering('health', address, 4240),
  );
  const dnsProxy = [udp('127.0.0.1', 0), tcp('127.0.0.1', '=')];
  return [
    containerd('containerd', containerdPath, {
      cgroup: snap('containerd'),
      cri: true,
      flags: flagsOf(node).get('containerd') ?? [],
    }),
    ofSnap(node, 'kubelet', 'kubernetes', [answering('health', '127.0.0.1', 10248), answering('kubelet', any, 10250)]),
    ofSnap(node, 'kube-proxy', 'kubernetes', [
      answering('health', '127.0.0.1', 10249),
      answering('health', '127.0.0.1', 10256),
    ]),
    ofSnap(node, 'k8sd', 'k8s', [
      answering('k8sd', addresses.ipv4, 6400),
      { protocol: 'unix', abstract: 'snap.k8s.k8sd' },
    ]),
    standIn({
      name: 'cilium-agent',
      cgroup: AGENT_POD,
      sockets: [
        answering('health', '127.0.0.1', 9879),
        answering('accept', '127.0.0.1', 9890),
        ...health,
        answering('hubble', any, 4244),
        ...dnsProxy,
      ],
    }),
  ];
}

/** Of MetalLB, without which a node is as healthy. */
function speaker({ any, addresses }: Node): Service {
  const members = [tcp(addresses.ipv4, 7946), udp(addresses.ipv4, 7946)];
  return standIn({
    name: 'speaker',
    cgroup: SPEAKER_POD,
    sockets: [tcp(any, 9120), tcp('127.0.0.1', 17472), ...members],
  });
}

function servicesOfWorkers(node: Node): Service[] {
  return [ofSnap(node, 'k8s-apiserver-proxy', 'k8s', [answering('apiserver', node.any, 6443)])];
}

function servicesOfControlPlanes(node: Node): Service[] {
  const { any } = node;
  return [
    { program: 'etcd', name: 'etcd', cgroup: snap('etcd'), flags: flagsOf(node).get('etcd') ?? [] },
    ofSnap(node, 'kube-apiserver', 'kubernetes', [answering('apiserver', any, 6443)]),
    ofSnap(node, 'kube-controller-manager', 'kubernetes', [answering('controller', any, 10257)]),
    ofSnap(node, 'kube-scheduler', 'kubernetes', [answering('controller', any, 10259)]),
    standIn({
      name: 'cilium-operator-generic',
      cgroup: OPERATOR_POD,
      sockets: [
        answering('health', '127.0.0.1', 9234),
        answering('accept', '127.0.0.1', 9891),
        answering('plain', any, 9963),
      ],
    }),
  ];
}

/** Listeners that every Ubuntu machine has and the page does not list. */
function servicesOfTheSystem({ family }: Node): Service[] {
  const dual = family === 'dual';
  return [
    standIn({
      name: 'sshd',
      cgroup: 'system.slice/ssh.service',
      sockets: [tcp('0.0.0.0', 22), ...(dual ? [tcp('::', 22, 'v6only')] : [])],
    }),
    standIn({
      name: 'systemd-resolved',
      cgroup: 'system.slice/systemd-resolved.service',
      uid: 992,
      sockets: [
        udp('127.0.0.53', 53, 'device=lo'),
        tcp('127.0.0.53', 53, 'device=lo'),
        udp('127.0.0.54', 53),
        tcp('127.0.0.54', 53),
      ],
    }),
    standIn({
      name: 'chronyd',
      cgroup: 'system.slice/chrony.service',
      uid: 993,
      sockets: [udp('127.0.0.1', 323), ...(dual ? [udp('::1', 323)] : [])],
    }),
  ];
}
