import type { Coded, CodeTable } from '../base/coded.js';
import type { CoverageFault } from '../base/coverage_codes.js';
import type { Protocol } from '../kernel/sockets/listener.js';
import type { Advice, Severity } from './finding.js';
import type { Holder } from './text/event.js';

/** An address that a service of a future node will take, or that bootstrap checks. */
export interface Need {
  readonly service: string;
  readonly protocol: Protocol;
  /** As on the page: `localhost`, `default`, `*`; null: a unix socket. */
  readonly host: string | null;
  readonly port: number | null;
  /** Of a unix socket with a file. */
  readonly path: string | null;
  /** An abstract name, without its `@`. */
  readonly abstract: string | null;
  /** `maybe`: only if the cluster puts the service on this node, or a feature is used. `no`: nothing will listen there. */
  readonly needed: 'always' | 'maybe' | 'no';
  /** The name under which bootstrap checks that the port is free; null: it does not. */
  readonly checkedAs: string | null;
  /** What moves it from where the page has it; null: nothing. */
  readonly configuration: NeedConfiguration | null;
}

/** The key or flag, and where it is set. */
export interface NeedConfiguration {
  readonly key: string;
  readonly value: string;
  readonly path: string | null;
  readonly line: number | null;
}

/** An address, and what has it now. `own`: a service of this node, which runs Canonical Kubernetes already. */
export interface AnsweredNeed extends Need {
  readonly state: 'free' | 'held' | 'own' | 'unknown';
  readonly holders: readonly Holder[];
  /** Why there may be more. */
  readonly unknown: readonly CoverageFault[];
}

/** Everything that can block an installation, and how bad it is: an error stops it, a warning may. */
export const OBSTACLE_CODES = {
  'address-held': {
    severity: 'error',
    about: 'Something has addresses that the node needs.',
    params: {},
  },
  'address-held-maybe': {
    severity: 'warning',
    about:
      'Something has addresses that the node needs if the cluster puts a service there, or once a feature is used.',
    params: {},
  },
  'checked-port-held': {
    severity: 'error',
    about: 'Something has ports that nothing on the node will use, but bootstrap refuses to run while they are taken.',
    params: {},
  },
  'client-address-closing': {
    severity: 'warning',
    about: 'Closed connections of clients (TIME_WAIT, on an ephemeral port) keep addresses, for `seconds` more.',
    params: { seconds: 'seconds?' },
  },
  'server-address-closing': {
    severity: 'info',
    about:
      'Connections of a server that was stopped (TIME_WAIT) are there for `seconds` more, which is in the way only if it did not set SO_REUSEADDR.',
    params: { seconds: 'seconds?' },
  },
  'tunnel-port-taken': {
    severity: 'error',
    about: "Devices of the kernel have the UDP port of Cilium's tunnel.",
    params: { devices: 'devices', port: 'count' },
  },
  'containerd-directory': {
    severity: 'error',
    about: "The directory of containerd's socket exists; bootstrap refuses to run then.",
    params: { path: 'path' },
  },
  'microk8s-installed': {
    severity: 'error',
    about: 'The snap of MicroK8s is installed; bootstrap refuses to run beside it.',
    params: { path: 'path' },
  },
  'other-kubernetes-running': {
    severity: 'error',
    about: 'Another Kubernetes distribution is running, in `units`.',
    params: { name: 'word', units: 'services', uninstaller: 'word?' },
  },
  'other-kubernetes-enabled': {
    severity: 'warning',
    about: 'Another Kubernetes distribution does not run, and starts with the machine.',
    params: { name: 'word', units: 'services', uninstaller: 'word?' },
  },
  'other-kubernetes-files': {
    severity: 'warning',
    about: 'Another Kubernetes distribution left files.',
    params: { name: 'word', path: 'path', uninstaller: 'word?' },
  },
  'other-service-enabled': {
    severity: 'warning',
    about: 'Software that takes addresses of the node does not run, and starts with the machine.',
    params: { name: 'word', units: 'services' },
  },
  'leftover-devices': {
    severity: 'warning',
    about: 'Devices of Cilium are left from an earlier installation.',
    params: { devices: 'devices' },
  },
  'leftover-socket': {
    severity: 'warning',
    about: 'The file of a socket is left from an earlier installation: no process has it.',
    params: { path: 'path' },
  },
  'leftover-state': {
    severity: 'error',
    about: 'Files of an earlier installation of Canonical Kubernetes are left.',
    params: { path: 'path' },
  },
  'no-default-route': {
    severity: 'warning',
    about: "There is no default route, which tells the node's own address.",
    params: {},
  },
  'ephemeral-range': {
    severity: 'warning',
    about: 'The range of ephemeral ports covers ports that the node needs: the kernel may give them to any client.',
    params: { from: 'count', to: 'count', reserved: 'words' },
  },
} as const satisfies CodeTable & Readonly<Record<string, { readonly severity: Severity }>>;

/** What an obstacle says, in one word. */
export type ObstacleCode = keyof typeof OBSTACLE_CODES;

/** A code with its parameters. */
export type CodedObstacle = Coded<typeof OBSTACLE_CODES>;

/** What is in the way, as data. */
export type ObstacleFacts = CodedObstacle & {
  /** The addresses that it has, as indexes of `needs`. */
  readonly needs: readonly number[];
  readonly holders: readonly Holder[];
};

/** With text. */
export type Obstacle = ObstacleFacts & {
  readonly severity: Severity;
  readonly message: string;
  readonly advice: Advice;
};
