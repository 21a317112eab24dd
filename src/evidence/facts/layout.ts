import { SERVICES } from '../../node/flags.js';

/** What a file beside the sockets tells about its node. */
export type FactKind =
  | 'addresses'
  | 'routes'
  | 'routes6'
  | 'processes'
  | 'cgroups'
  | 'arguments'
  | 'options'
  | 'unit-status'
  | 'unit-files'
  | 'snap-list'
  | 'snap-services'
  | 'k8sd-state'
  | 'dqlite-state'
  | 'features'
  | 'worker'
  | 'control-plane'
  | 'not-bootstrapped'
  | 'uname';

/** A file of a bundle that is known by its path. */
export interface FactPlace {
  readonly fact: FactKind;
  /** The directory of the node: empty, or ends with a slash. */
  readonly root: string;
  /** Of arguments and of a unit's status: the service; of options: the path below the arguments, or on the node; otherwise empty. */
  readonly service: string;
}

const ANY_SERVICE = `(?<service>${SERVICES.join('|')})`;

/** Files that the arguments of a service may name: `k8s inspect` copies those beside the arguments, sos `/etc/kubernetes`. */
const OPTIONS_NAME = '(?:[^/]+/){0,8}[^/]+\\.(?:ya?ml|json|conf)';

/**
 * Paths below the directory of a node: of `k8s inspect` (k8s/scripts/inspect.sh; state files were at the top before 1.33), of
 * `microk8s inspect`, and of sos (its plugins networking, process, systemd, snappy and kernel).
 */
const LAYOUT: readonly (readonly [fact: FactKind, path: string])[] = [
  ['addresses', 'ip-a\\.log'],
  ['addresses', 'network/ip-addr'],
  ['addresses', 'sos_commands/networking/ip_-d_address'],
  ['routes', 'ip-r\\.log'],
  ['routes', 'network/ip-route'],
  ['routes', 'sos_commands/networking/ip_route_show_table_all'],
  ['routes6', 'sos_commands/networking/ip_-6_route_show_table_all'],
  ['processes', 'sys/ps'],
  ['processes', 'sos_commands/process/ps_alxwww'],
  ['cgroups', 'sos_commands/process/ps_axo_(?:[a-z]+_)+comm_cgroup'],
  ['arguments', `var/snap/k8s/common/args/${ANY_SERVICE}`],
  ['arguments', `args/${ANY_SERVICE}`],
  ['options', `(?<service>etc/kubernetes/${OPTIONS_NAME})`],
  ['options', `(?:var/snap/k8s/common/)?args/(?<service>${OPTIONS_NAME})`],
  ['unit-status', `k8s\\.${ANY_SERVICE}/systemctl\\.log`],
  ['unit-status', 'snap\\.microk8s\\.(?<service>daemon-[a-z0-9-]+)/systemctl\\.log'],
  ['unit-files', 'sos_commands/systemd/systemctl_list-unit-files'],
  ['snap-list', 'snap-list-k8s\\.log'],
  ['snap-list', 'sos_commands/snap(?:py)?/snap_list(?:_--all)?'],
  ['snap-services', 'snap-services-k8s\\.log'],
  ['snap-services', 'sos_commands/snap(?:py)?/snap_services'],
  ['k8sd-state', '(?:k8s\\.k8sd/)?k8sd-info\\.yaml'],
  ['dqlite-state', '(?:k8s\\.k8s-dqlite/)?k8s-dqlite-info\\.yaml'],
  ['features', 'k8s-status\\.log'],
  ['worker', 'is-worker-node'],
  ['worker', 'var/snap/k8s/common/lock/worker'],
  ['control-plane', 'is-control-plane-node'],
  ['not-bootstrapped', 'is-not-bootstrapped-node'],
  ['uname', 'uname\\.log'],
  ['uname', 'sos_commands/kernel/uname_-a'],
];

const PATTERNS = LAYOUT.map(([fact, path]) => ({ fact, pattern: new RegExp(`^(?<root>(?:.*?/)??)${path}$`, 's') }));

/** The part that a file has in the description of a node; null: none. */
export function factPlace(path: string): FactPlace | null {
  for (const { fact, pattern } of PATTERNS) {
    const groups = pattern.exec(path)?.groups;
    if (groups === undefined) continue;
    const { root = '', service = '' } = groups;
    return { fact, root, service: service.startsWith('etc/') ? `/${service}` : service };
  }
  return null;
}

/** The namespace in a path like `ip_netns_exec_cni-1234_ss_-peaonmi`, of which sos keeps one a command; null: none. */
export function namespaceIn(path: string): string | null {
  return /(?:^|\/)ip_netns_exec_(.+?)_(?:ss|netstat)_[^/]*$/s.exec(path)?.[1] ?? null;
}
