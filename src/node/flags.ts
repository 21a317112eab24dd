import { isIP } from '../base/ip.js';
import { COMM_LENGTH } from '../kernel/owners/owner.js';
import type { Transport } from '../kernel/sockets/listener.js';
import { endpointOf, endpointText, storedValue, type ValueKind } from './flag_value.js';

/** One option of a service that is read. */
export interface Flag {
  readonly service: string;
  /** With dashes; of a state file, the key. */
  readonly name: string;
  readonly kind: ValueKind;
  /** Of the program, where nothing sets the flag; null: nothing is done without it. */
  readonly default: string | null;
  /** Other names of it. */
  readonly aliases?: readonly string[];
  /** The same in a file of options; absent: it is in none. */
  readonly key?: string;
  /** Where a file of options is given, and sets it no more than a flag does; absent: as `default`. */
  readonly defaultInFile?: string;
}

/** Files of options of a service, which its arguments name. */
export interface OptionsFlags {
  readonly service: string;
  readonly file: string;
  /** A directory with files that are merged into it; null: there is no such flag. */
  readonly directory: string | null;
  /** Whether flags count beside the file, and more than it. */
  readonly isBelowFlags: boolean;
  /** `apiVersion` and `kind` of the file; null: it has neither. */
  readonly type: { readonly apiVersion: string; readonly kind: string } | null;
}

/** Which flags decide one listener of a service. */
export interface ListenerFlags {
  readonly service: string;
  readonly protocol: Transport | 'unix';
  /** On the page; null for a unix socket. */
  readonly port: number | null;
  /** Sets the address, or address and port. */
  readonly address: string | null;
  /** Sets the port, where another flag sets the address. */
  readonly portFlag: string | null;
}

function flag(
  service: string,
  name: string,
  kind: ValueKind,
  fallback: string | null,
  more: Pick<Flag, 'aliases' | 'key' | 'defaultInFile'> = {},
): Flag {
  return { service, name, kind, default: fallback, ...more };
}

/**
 * Every option that is ever read, with its default: pkg/k8sd/setup of k8sd for what is written, and the options of each program for what
 * is not. All others are passed over, since arguments hold secrets.
 */
export const FLAGS: readonly Flag[] = [
  flag('kube-apiserver', '--bind-address', 'address', '0.0.0.0'),
  flag('kube-apiserver', '--secure-port', 'port', '6443'),
  flag('kube-apiserver', '--etcd-servers', 'urls', null),
  flag('k8s-apiserver-proxy', '--listen', 'endpoint', ':6443'),
  flag('kubelet', '--address', 'address', '0.0.0.0', { key: 'address' }),
  flag('kubelet', '--port', 'port', '10250', { key: 'port' }),
  flag('kubelet', '--healthz-bind-address', 'address', '127.0.0.1', { key: 'healthzBindAddress' }),
  flag('kubelet', '--healthz-port', 'port', '10248', { key: 'healthzPort' }),
  flag('kubelet', '--read-only-port', 'port', '10255', { key: 'readOnlyPort', defaultInFile: '0' }),
  flag('kube-controller-manager', '--bind-address', 'address', '0.0.0.0'),
  flag('kube-controller-manager', '--secure-port', 'port', '10257'),
  flag('kube-scheduler', '--bind-address', 'address', '0.0.0.0'),
  flag('kube-scheduler', '--secure-port', 'port', '10259'),
  flag('kube-proxy', '--metrics-bind-address', 'endpoint', '127.0.0.1:10249', { key: 'metricsBindAddress' }),
  flag('kube-proxy', '--healthz-bind-address', 'endpoint', '0.0.0.0:10256', { key: 'healthzBindAddress' }),
  flag('etcd', '--listen-client-urls', 'urls', 'http://localhost:2379', { key: 'listen-client-urls' }),
  flag('etcd', '--listen-peer-urls', 'urls', 'http://localhost:2380', { key: 'listen-peer-urls' }),
  flag('etcd', '--listen-metrics-urls', 'urls', null, { key: 'listen-metrics-urls' }),
  flag('containerd', '--address', 'path', '/run/containerd/containerd.sock', { aliases: ['-a'] }),
  flag('k8sd', 'address', 'endpoint', null),
  flag('k8s-dqlite', 'Address', 'endpoint', null),
];

/**
 * kubelet: cmd/kubelet/app/server.go and SetDefaults_KubeletConfiguration(); kube-proxy: cmd/kube-proxy/app/options.go, which ignores
 * flags beside the file; etcd likewise (server/etcdmain/config.go).
 */
export const OPTIONS_FLAGS: readonly OptionsFlags[] = [
  {
    service: 'kubelet',
    file: '--config',
    directory: '--config-dir',
    isBelowFlags: true,
    type: { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' },
  },
  {
    service: 'kube-proxy',
    file: '--config',
    directory: null,
    isBelowFlags: false,
    type: { apiVersion: 'kubeproxy.config.k8s.io/v1alpha1', kind: 'KubeProxyConfiguration' },
  },
  { service: 'etcd', file: '--config-file', directory: null, isBelowFlags: false, type: null },
];

function listener(
  service: string,
  port: number | null,
  address: string | null,
  portFlag: string | null = null,
): ListenerFlags {
  return { service, protocol: port === null ? 'unix' : 'tcp', port, address, portFlag };
}

export const LISTENERS: readonly ListenerFlags[] = [
  listener('kube-apiserver', 6443, '--bind-address', '--secure-port'),
  listener('k8s-apiserver-proxy', 6443, '--listen'),
  listener('kubelet', 10250, '--address', '--port'),
  listener('kubelet', 10248, '--healthz-bind-address', '--healthz-port'),
  listener('kube-controller-manager', 10257, '--bind-address', '--secure-port'),
  listener('kube-scheduler', 10259, '--bind-address', '--secure-port'),
  listener('kube-proxy', 10249, '--metrics-bind-address'),
  listener('kube-proxy', 10256, '--healthz-bind-address'),
  listener('etcd', 2379, '--listen-client-urls'),
  listener('etcd', 2380, '--listen-peer-urls'),
  listener('k8sd', 6400, 'address'),
  listener('k8s-dqlite', 9000, 'Address'),
  listener('containerd', null, '--address'),
];

/** Services of the k8s snap. */
export const SERVICES: readonly string[] = [
  'containerd',
  'etcd',
  'k8s-apiserver-proxy',
  'k8s-dqlite',
  'k8sd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'kubelet',
];

export function unitOf(service: string): string {
  return `snap.k8s.${service}.service`;
}

/** The service of the snap for a name on a page, which may be cut to the 15 characters of a process list; null: none. */
export function snapServiceOf(name: string): string | null {
  return (
    SERVICES.find((service) => service === name || (name.length === COMM_LENGTH && service.startsWith(`${name}-`))) ??
    null
  );
}

/** A value of a flag in the form in which it is stored; null: it is none. kube-proxy gives an address without a port that of the default (AppendPortIfNeeded() in pkg/proxy/util). */
export function flagValueOf({ service, kind, default: fallback }: Flag, text: string): string | null {
  const isBare = service === 'kube-proxy' && kind === 'endpoint' && isIP(text) !== 0;
  const port = isBare ? endpointOf(fallback ?? '')?.port : undefined;
  return storedValue(kind, port === undefined ? text : endpointText({ address: text, port }));
}
