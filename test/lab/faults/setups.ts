import { argumentsFile, argumentsText, k8sdState, snapFiles, unitFile, unitText, wantedUnit } from '../disk.js';
import { snap } from '../healthy.js';
import {
  changed,
  type Plan,
  rebound,
  standIn,
  tcp,
  withFiles,
  withFlag,
  withoutFiles,
  withoutService,
  withService,
} from '../plan.js';
import { containerdRow, type Expectation, type Fault, tcpRow, VXLAN_ROW } from './fault.js';

const DQLITE = 'k8s-dqlite';
const DQLITE_FLAGS = ['--listen=unix:///var/snap/k8s/common/var/lib/k8s-dqlite/k8s-dqlite.sock'];
const ETCD_ROWS = [tcpRow('etcd', 2379), tcpRow('etcd', 2380)];

function withoutEtcd(plan: Plan, servers: string): Plan {
  const without = withoutFiles(withoutService(plan, 'etcd'), wantedUnit('etcd'), argumentsFile('etcd'));
  return withFlag(without, 'kube-apiserver', `--etcd-servers=${servers}`);
}

const TCP_ROWS: readonly (readonly [service: string, ...ports: number[]])[] = [
  ['cilium-agent', 4240, 4244, 9879, 9890],
  ['cilium-operator', 9234, 9891, 9963],
  ['etcd', 2379, 2380],
  ['k8sd', 6400],
  ['kube-apiserver', 6443],
  ['kube-controller', 10257],
  ['kube-proxy', 10249, 10256],
  ['kube-scheduler', 10259],
  ['kubelet', 10248, 10250],
];

/** Of the snap only k8sd runs, and waits to be bootstrapped. */
function notBootstrapped(plan: Plan): Plan {
  const ofSystem = [...plan.services].filter(
    ([name, { cgroup }]) => name === 'k8sd' || !(cgroup === snap(name) || cgroup.startsWith('kubepods.slice/')),
  );
  const isKept = (path: string): boolean =>
    [wantedUnit('k8sd'), argumentsFile('k8sd')].includes(path) || !/^\/etc\/cni\/|^\/var\/snap\/|\.wants\//.test(path);
  const disk = new Map([...plan.disk].filter(([path]) => isKept(path)));
  return changed({ ...plan, services: new Map(ofSystem), disk, vxlan: null }, 'k8sd', { sockets: [] });
}

/** No faults: nodes that are configured in another way than usual, and as healthy. */
export const SETUPS: readonly Fault[] = [
  {
    name: 'cluster-api',
    description: "Cluster API made the node: k8sd has etcd's peer port, and etcd the next one",
    roles: ['control-plane'],
    plan: (plan, { addresses: { ipv4 } }) =>
      withFlag(
        withFiles(rebound(plan, 'k8sd', 6400, tcp(ipv4, 2380)), k8sdState(`${ipv4}:2380`)),
        'etcd',
        `--listen-peer-urls=https://${ipv4}:2381`,
      ),
    expect: () => [
      { subject: tcpRow('k8sd', 6400), verdict: 'configured' },
      { subject: tcpRow('etcd', 2380), verdict: 'configured' },
    ],
  },
  {
    name: 'dqlite-datastore',
    description: 'release 1.35, with k8s-dqlite as its datastore',
    roles: ['control-plane'],
    plan: (plan, { addresses: { ipv4 } }) =>
      withFiles(
        withService(
          withoutEtcd(plan, 'unix:///var/snap/k8s/common/var/lib/k8s-dqlite/k8s-dqlite.sock'),
          standIn({ name: DQLITE, cgroup: snap(DQLITE), sockets: [tcp(ipv4, 9000)], flags: DQLITE_FLAGS }),
        ),
        [
          ...snapFiles('1.35.2'),
          [argumentsFile(DQLITE), argumentsText(DQLITE_FLAGS)],
          [unitFile(DQLITE), unitText(DQLITE)],
          [wantedUnit(DQLITE), { link: unitFile(DQLITE) }],
          ['/var/snap/k8s/common/var/lib/k8s-dqlite/info.yaml', `Address: ${ipv4}:9000\nID: 1\nRole: 0\n`],
        ],
      ),
    expect: () => [
      ...ETCD_ROWS.map((subject): Expectation => ({ subject, verdict: 'not-applicable' })),
      { subject: tcpRow(DQLITE, 9000), verdict: 'ok' },
    ],
  },
  {
    name: 'external-datastore',
    description: 'the datastore is an etcd on other machines',
    roles: ['control-plane'],
    plan: (plan) => withoutEtcd(plan, 'https://203.0.113.7:2379,https://etcd-2.example:2379'),
    expect: () => ETCD_ROWS.map((subject) => ({ subject, verdict: 'not-applicable' })),
  },
  {
    name: 'kube-proxy-off',
    description:
      "Cilium replaces kube-proxy, whose unit is disabled; the file with kube-proxy's arguments is still there",
    plan: (plan) => withoutFiles(withoutService(plan, 'kube-proxy'), wantedUnit('kube-proxy')),
    expect: () => [10249, 10256].map((port) => ({ subject: tcpRow('kube-proxy', port), verdict: 'not-applicable' })),
  },
  {
    name: 'other-secure-port',
    description: 'the API server, or the proxy to it, has another port',
    plan: (plan, { any, role }) => {
      const [service, flag] =
        role === 'worker'
          ? (['k8s-apiserver-proxy', '--listen=:7443'] as const)
          : (['kube-apiserver', '--secure-port=7443'] as const);
      return withFlag(rebound(plan, service, 6443, tcp(any, 7443)), service, flag);
    },
    expect: () => [{ subject: tcpRow('kube-apiserver', 6443), verdict: 'configured' }],
  },
  {
    name: 'not-bootstrapped',
    description: 'the snap is installed, and the node neither bootstrapped nor joined to a cluster',
    plan: notBootstrapped,
    expect: (node) =>
      [
        ...TCP_ROWS.flatMap(([service, ...ports]) => ports.map((port) => tcpRow(service, port))),
        VXLAN_ROW,
        containerdRow(node),
      ].map((subject) => ({ subject, verdict: 'not-applicable' })),
  },
];
