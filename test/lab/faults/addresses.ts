import { argumentsFile, k8sdState } from '../disk.js';
import { rebound, tcp, withFiles, withFlag } from '../plan.js';
import { type Fault, tcpRow } from './fault.js';

/** A service on its own port, but on another address than the page says; some of these are acceptable. */
export const ADDRESSES: readonly Fault[] = [
  {
    name: 'healthz-on-wildcard',
    description: "kubelet's health check is on all addresses",
    plan: (plan, { any }) =>
      withFlag(rebound(plan, 'kubelet', 10248, tcp(any, 10248)), 'kubelet', '--healthz-bind-address=0.0.0.0'),
    expect: () => [
      { subject: tcpRow('kubelet', 10248), verdict: 'exposed', culprit: { process: 'kubelet', comm: 'kubelet' } },
    ],
  },
  {
    name: 'healthz-in-options-file',
    description: "kubelet's health check is on all addresses, as a file says that its --config names",
    plan: (plan, { any }) => {
      const file = `${argumentsFile('conf.d')}/kubelet.yaml`;
      const text = `apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nhealthzBindAddress: 0.0.0.0\n`;
      const bound = rebound(plan, 'kubelet', 10248, tcp(any, 10248));
      return withFiles(withFlag(bound, 'kubelet', `--config=${file}`), [[file, text]]);
    },
    expect: () => [
      { subject: tcpRow('kubelet', 10248), verdict: 'exposed', culprit: { process: 'kubelet', comm: 'kubelet' } },
    ],
  },
  {
    name: 'healthz-on-mapped-loopback',
    description: "kubelet's health check is on ::ffff:127.0.0.1, which is loopback",
    families: ['dual'],
    plan: (plan) => rebound(plan, 'kubelet', 10248, tcp('::ffff:127.0.0.1', 10248)),
    expect: () => [{ subject: tcpRow('kubelet', 10248), verdict: 'ok' }],
  },
  {
    name: 'gops-on-default',
    description: "cilium-agent's gops server is on the node's address",
    plan: (plan, { addresses }) => rebound(plan, 'cilium-agent', 9890, tcp(addresses.ipv4, 9890)),
    expect: () => [{ subject: tcpRow('cilium-agent', 9890), verdict: 'exposed', culprit: { process: 'cilium-agent' } }],
  },
  {
    name: 'k8sd-on-wildcard',
    description: 'k8sd listens on all interfaces',
    plan: (plan, { any }) => withFiles(rebound(plan, 'k8sd', 6400, tcp(any, 6400)), k8sdState('0.0.0.0:6400')),
    expect: () => [{ subject: tcpRow('k8sd', 6400), verdict: 'exposed', culprit: { process: 'k8sd' } }],
  },
  {
    name: 'k8sd-on-second-interface',
    description: 'k8sd listens on the interface without the default route',
    plan: (plan, { addresses }) => rebound(plan, 'k8sd', 6400, tcp(addresses.other, 6400)),
    expect: () => [{ subject: tcpRow('k8sd', 6400), verdict: 'wrong-address', culprit: { process: 'k8sd' } }],
  },
  {
    name: 'etcd-only-on-loopback',
    description: 'etcd serves clients on loopback only; peers still reach it',
    roles: ['control-plane'],
    plan: (plan) => withFlag(plan, 'etcd', '--listen-client-urls=https://127.0.0.1:2379'),
    expect: () => [{ subject: tcpRow('etcd', 2379), verdict: 'narrowed' }],
  },
  {
    name: 'controller-on-loopback',
    description: "kube-controller-manager is on loopback, as in the vendor's hardening guide",
    roles: ['control-plane'],
    plan: (plan) =>
      withFlag(
        rebound(plan, 'kube-controller-manager', 10257, tcp('127.0.0.1', 10257)),
        'kube-controller-manager',
        '--bind-address=127.0.0.1',
      ),
    expect: () => [{ subject: tcpRow('kube-controller', 10257), verdict: 'narrowed' }],
  },
  {
    name: 'apiserver-v6only',
    description: 'kube-apiserver is on all IPv6 addresses and no IPv4 address',
    roles: ['control-plane'],
    families: ['dual'],
    plan: (plan) =>
      withFlag(rebound(plan, 'kube-apiserver', 6443, tcp('::', 6443, 'v6only')), 'kube-apiserver', '--bind-address=::'),
    expect: () => [{ subject: tcpRow('kube-apiserver', 6443), verdict: 'narrowed' }],
  },
];
