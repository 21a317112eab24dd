import { K8SD_INFO, K8SD_STATE } from '../disk.js';
import { snap } from '../healthy.js';
import {
  type Containerd,
  changed,
  type Plan,
  planned,
  rebound,
  tcp,
  withoutFiles,
  withoutService,
  withService,
} from '../plan.js';
import { containerdRow, type Fault, tcpRow, VXLAN_ROW } from './fault.js';

function containerdSocket(plan: Plan, socket: Containerd['socket']): Plan {
  return withService(plan, { ...planned(plan, 'containerd', 'containerd'), socket });
}

/** Services whose scripts ask the API server before they start. */
const WAIT_FOR_API_SERVER = ['kubelet', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];

function stillWaiting(plan: Plan, name: string): Plan {
  if (!plan.services.has(name)) return plan;
  return withService(plan, { program: 'waiting', name, cgroup: snap(name), flags: [] });
}

/** A service does not listen, or its process is not visible. */
export const ABSENT: readonly Fault[] = [
  {
    name: 'scheduler-gone',
    description: 'kube-scheduler does not run',
    roles: ['control-plane'],
    plan: (plan) => withoutService(plan, 'kube-scheduler'),
    expect: () => [{ subject: tcpRow('kube-scheduler', 10259), verdict: 'missing' }],
  },
  {
    name: 'k8sd-bound-only',
    description: 'k8sd is bound to its port without listening, which keeps others from using it',
    plan: (plan, { addresses }) => rebound(plan, 'k8sd', 6400, tcp(addresses.ipv4, 6400, 'bound')),
    expect: () => [{ subject: tcpRow('k8sd', 6400), verdict: 'missing' }],
  },
  {
    name: 'vxlan-gone',
    description: 'the VXLAN device is missing',
    plan: (plan) => ({ ...plan, vxlan: null }),
    expect: () => [{ subject: VXLAN_ROW, verdict: 'missing' }],
  },
  {
    name: 'containerd-gone',
    description: 'containerd does not run, and there is no socket file',
    plan: (plan) => containerdSocket(plan, 'gone'),
    expect: (node) => [{ subject: containerdRow(node), verdict: 'missing' }],
  },
  {
    name: 'stale-containerd-socket',
    description: 'containerd was killed and left its socket file',
    plan: (plan) => containerdSocket(plan, 'stale'),
    expect: (node) => [{ subject: containerdRow(node), verdict: 'missing' }],
  },
  {
    name: 'deleted-containerd-socket',
    description: 'containerd listens, but its socket file was removed',
    plan: (plan) => containerdSocket(plan, 'unlinked'),
    expect: (node) => [{ subject: containerdRow(node), verdict: 'missing' }],
  },
  {
    name: 'kube-proxy-gone',
    description: 'kube-proxy does not run, although its unit is enabled',
    plan: (plan) => withoutService(plan, 'kube-proxy'),
    expect: () => [10249, 10256].map((port) => ({ subject: tcpRow('kube-proxy', port), verdict: 'missing' })),
  },
  {
    name: 'api-server-down',
    description: 'kube-apiserver does not run, so the scripts that start other services wait for it',
    roles: ['control-plane'],
    plan: (plan) => WAIT_FOR_API_SERVER.reduce(stillWaiting, withoutService(plan, 'kube-apiserver')),
    expect: () => [
      { subject: tcpRow('kube-apiserver', 6443), verdict: 'missing' },
      { subject: tcpRow('kube-controller', 10257), verdict: 'missing' },
      { subject: tcpRow('kube-scheduler', 10259), verdict: 'missing' },
      ...[10249, 10256].map((port) => ({ subject: tcpRow('kube-proxy', port), verdict: 'missing' }) as const),
      ...[10248, 10250].map((port) => ({ subject: tcpRow('kubelet', port), verdict: 'missing' }) as const),
    ],
  },
  {
    name: 'operator-elsewhere',
    description: 'the only cilium-operator of the cluster runs on another node',
    roles: ['control-plane'],
    plan: (plan) => withoutService(plan, 'cilium-operator-generic'),
    expect: () =>
      [9234, 9891, 9963].map((port) => ({ subject: tcpRow('cilium-operator', port), verdict: 'not-applicable' })),
  },
  {
    name: 'hidden-owner',
    description: "k8sd's sockets are in flight in an unread message: no process has them open",
    plan: (plan) => changed(plan, 'k8sd', { holding: '--in-flight' }),
    expect: () => [{ subject: tcpRow('k8sd', 6400), verdict: 'unverified', ownersUnknown: 'not-found' }],
  },
  {
    name: 'hidden-proxy',
    description: "the same with kube-proxy's sockets",
    plan: (plan) => changed(plan, 'kube-proxy', { holding: '--in-flight' }),
    expect: () =>
      [10249, 10256].map((port) => ({
        subject: tcpRow('kube-proxy', port),
        verdict: 'unverified',
        ownersUnknown: 'not-found',
      })),
  },
  {
    name: 'no-default-route',
    description: 'there is no default route; the address that k8sd was given is known',
    plan: (plan) => ({ ...plan, defaultRoute: null }),
    expect: () => [],
  },
  {
    name: 'no-default-address',
    description: "there is no default route, and k8sd's address is not in its state",
    plan: (plan) => withoutFiles({ ...plan, defaultRoute: null }, K8SD_STATE, K8SD_INFO),
    expect: ({ role }) => [
      { subject: tcpRow('cilium-agent', 4240), verdict: 'unverified' },
      { subject: tcpRow('k8sd', 6400), verdict: 'unverified' },
      ...(role === 'worker'
        ? []
        : ([
            { subject: tcpRow('etcd', 2379), verdict: 'unverified' },
            { subject: tcpRow('etcd', 2380), verdict: 'unverified' },
          ] as const)),
    ],
  },
];
