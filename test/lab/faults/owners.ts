import { SESSION } from '../healthy.js';
import { changed, planned, rebound, standIn, tcp, withoutService, withService } from '../plan.js';
import { containerdRow, type Fault, tcpRow, VXLAN_ROW } from './fault.js';

const CONTAINER = `docker-${'c3'.repeat(32)}.scope`;

/** Places where others than root name cgroups. */
const IMPOSTORS: readonly (readonly [place: string, cgroup: string])[] = [
  ['another-service', 'system.slice/anything.service/snap.k8s.kubelet.service'],
  ['a-user-manager', 'user.slice/user-1000.slice/user@1000.service/app.slice/snap.k8s.kubelet.service'],
  ['a-container', `system.slice/${CONTAINER}/system.slice/snap.k8s.kubelet.service`],
  ['a-session', `${SESSION}/snap.k8s.kubelet.service`],
];

/** The right address, but the owner is wrong or uncertain. */
export const OWNERS: readonly Fault[] = [
  {
    name: 'foreign-on-10250',
    description: "another program has kubelet's port",
    plan: (plan, { any }) =>
      withService(
        rebound(plan, 'kubelet', 10250),
        standIn({ name: 'intruder', cgroup: SESSION, uid: 1000, sockets: [tcp(any, 10250)] }),
      ),
    expect: () => [
      {
        subject: tcpRow('kubelet', 10250),
        verdict: 'wrong-owner',
        culprit: { process: 'intruder', comm: 'intruder', exe: 'intruder' },
      },
    ],
  },
  {
    name: 'kubelet-impostor',
    description: "an unrelated program named kubelet has kubelet's port",
    plan: (plan, { any }) =>
      withService(
        rebound(plan, 'kubelet', 10250),
        standIn({ name: 'impostor', comm: 'kubelet', cgroup: SESSION, sockets: [tcp(any, 10250)] }),
      ),
    expect: () => [
      {
        subject: tcpRow('kubelet', 10250),
        verdict: 'wrong-owner',
        culprit: { process: 'impostor', comm: 'kubelet', exe: 'impostor' },
      },
    ],
  },
  ...IMPOSTORS.map(
    ([place, cgroup]): Fault => ({
      name: `impostor-in-${place}`,
      description: `a copy of kubelet in a cgroup of the right name has kubelet's port: in ${place.replaceAll('-', ' ')}`,
      plan: (plan, { any }) =>
        withService(
          withoutService(plan, 'kubelet'),
          standIn({ name: 'kubelet', cgroup, uid: 1000, sockets: [tcp('127.0.0.1', 10248), tcp(any, 10250)] }),
        ),
      expect: () =>
        [10248, 10250].map((port) => ({
          subject: tcpRow('kubelet', port),
          verdict: 'wrong-owner',
          culprit: { process: 'kubelet', comm: 'kubelet' },
        })),
    }),
  ),
  {
    name: 'agent-outside-pods',
    description: "a program named cilium-agent has listeners that notes allow Cilium's agent",
    plan: (plan, { any }) =>
      withService(
        plan,
        standIn({
          name: 'agent',
          executable: 'cilium-agent',
          comm: 'cilium-agent',
          cgroup: SESSION,
          uid: 1000,
          sockets: [tcp(any, 9964)],
        }),
      ),
    expect: () => [
      {
        subject: { kind: 'listener', protocol: 'tcp', port: 9964 },
        verdict: 'unexpected',
        severity: 'warning',
        culprit: { process: 'agent', comm: 'cilium-agent' },
      },
    ],
  },
  {
    name: 'kubelet-of-kubeadm',
    description: "the kubelet of another installation runs instead of the snap's",
    plan: (plan) =>
      changed(plan, 'kubelet', {
        executable: 'kubelet',
        cgroup: 'system.slice/kubelet.service',
        flags: ['--config=/var/lib/kubelet/config.yaml', '--kubeconfig=/etc/kubernetes/kubelet.conf'],
      }),
    expect: () =>
      [10248, 10250].map((port) => ({
        subject: tcpRow('kubelet', port),
        verdict: 'wrong-owner',
        culprit: { process: 'kubelet', unit: 'kubelet.service' },
      })),
  },
  {
    name: 'reuseport-intruder',
    description: "another program shares kube-apiserver's port and gets some of its connections",
    roles: ['control-plane'],
    // Only if the service itself sets SO_REUSEPORT, and only for the same user.
    plan: (plan, { any }) =>
      withService(
        rebound(plan, 'kube-apiserver', 6443, tcp(any, 6443, 'reuseport')),
        standIn({ name: 'intruder', cgroup: SESSION, sockets: [tcp(any, 6443, 'reuseport')] }),
      ),
    expect: () => [
      {
        subject: tcpRow('kube-apiserver', 6443),
        verdict: 'wrong-owner',
        culprit: { process: 'intruder', comm: 'intruder', exe: 'intruder' },
      },
    ],
  },
  {
    name: 'fan-device-on-8472',
    description: "the VXLAN port is taken by the device of Ubuntu's fan networking",
    plan: (plan) => ({ ...plan, vxlan: { device: 'ftun0', cgroup: 'system.slice/ubuntu-fan.service' } }),
    expect: () => [{ subject: VXLAN_ROW, verdict: 'wrong-owner', culprit: { device: 'ftun0' } }],
  },
  {
    name: 'containerd-of-docker',
    description: "Docker's containerd has containerd's path",
    plan: (plan) =>
      withService(plan, {
        ...planned(plan, 'containerd', 'containerd'),
        cgroup: 'system.slice/containerd.service',
        cri: false,
        flags: [],
      }),
    expect: (node) => [
      {
        subject: containerdRow(node),
        verdict: 'wrong-owner',
        culprit: { process: 'containerd', comm: 'containerd', unit: 'containerd.service' },
      },
    ],
  },
  {
    name: 'leader-thread-gone',
    description: "kubelet's main thread has exited; another thread keeps its sockets open",
    plan: (plan) => changed(plan, 'kubelet', { holding: '--leave-main-thread' }),
    expect: () => [10248, 10250].map((port) => ({ subject: tcpRow('kubelet', port), verdict: 'ok' })),
  },
  {
    name: 'held-by-child-too',
    description: 'a child of kube-proxy shares its sockets',
    plan: (plan) => changed(plan, 'kube-proxy', { holding: '--fork' }),
    expect: () => [10249, 10256].map((port) => ({ subject: tcpRow('kube-proxy', port), verdict: 'ok' })),
  },
];
