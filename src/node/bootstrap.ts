import { dirname } from 'node:path';
import type { Setting } from './setting.js';

/** What decides the addresses of a node that is going to be bootstrapped, or joined to a cluster. */
export interface BootstrapConfig {
  /** null: nothing is configured. */
  readonly file: string | null;
  /** What the services will be told, as an arguments file would have it. */
  readonly settings: readonly ConfiguredSetting[];
  /** Of the API server; bootstrap checks it regardless of its arguments. */
  readonly securePort: number;
  /** Of kubelet; 0: off. null: k8sd turns it off, and bootstrap checks the usual one all the same. */
  readonly readOnlyPort: number | null;
  readonly datastore: Datastore;
  /** Cilium. */
  readonly hasNetwork: boolean;
  readonly hasLoadBalancer: boolean;
  /** Ingress or gateway, for which Cilium runs Envoy. */
  readonly hasEnvoy: boolean;
  /** UDP port of VXLAN. */
  readonly tunnelPort: number;
  readonly containerdSocket: string;
  /** What bootstrap refuses to find, wherever a flag of containerd moves its socket. */
  readonly containerdDirectory: string;
}

/** A setting of a service, and the key of the file that gives it. */
export interface ConfiguredSetting extends Setting {
  readonly key: string;
  /** The value of the key, which for some is a part of that of the flag. */
  readonly given: string;
}

export const DATASTORES = ['etcd', 'k8s-dqlite', 'external'] as const;

export type Datastore = (typeof DATASTORES)[number];

/** Path of containerd's socket below its base directory. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Without a file (BootstrapConfig and its defaults, `k8s bootstrap --help`). */
export const DEFAULT_BOOTSTRAP: BootstrapConfig = {
  file: null,
  settings: [],
  securePort: 6443,
  readOnlyPort: null,
  datastore: 'etcd',
  hasNetwork: true,
  hasLoadBalancer: false,
  hasEnvoy: true,
  tunnelPort: 8472,
  containerdSocket: CONTAINERD_SOCKET,
  containerdDirectory: dirname(CONTAINERD_SOCKET),
};

/** Of kubelet, where nothing sets it. */
export const READ_ONLY_PORT = 10_255;
