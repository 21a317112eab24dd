import type { Mounts } from '../kernel/mounts.js';
import type { HostFiles } from './host_files.js';
import { isUnitPopulated } from './units.js';

/** Software that wants the same addresses, by what it leaves on a machine. */
export interface OtherSoftware {
  readonly name: OtherName;
  readonly title: string;
  /** `kubernetes`: a whole distribution, `runtime`: containerd, `datastore`: etcd. */
  readonly kind: 'kubernetes' | 'runtime' | 'datastore';
  readonly units: readonly string[];
  /** Of units whose names are many. */
  readonly unitPrefix: string | null;
  readonly paths: readonly string[];
  /** Programs that remove it; the first that is there does. */
  readonly uninstallers: readonly Uninstaller[];
}

export interface Uninstaller {
  /** Where it or its snap is, if it can be run. */
  readonly path: string;
  readonly command: string;
  /** Whether units of it still start with the machine then. */
  readonly leavesUnits?: true;
}

export type OtherName = 'microk8s' | 'k3s' | 'rke2' | 'kubeadm' | 'docker' | 'etcd';

/** Where its snap is installed. */
export const MICROK8S_SNAPS: readonly string[] = ['/snap/microk8s/current', '/var/lib/snapd/snap/microk8s/current'];

export const OTHER_SOFTWARE: readonly OtherSoftware[] = [
  {
    name: 'microk8s',
    title: 'MicroK8s',
    kind: 'kubernetes',
    units: [],
    unitPrefix: 'snap.microk8s.',
    paths: ['/snap/microk8s/current', '/var/lib/snapd/snap/microk8s/current', '/var/snap/microk8s'],
    uninstallers: MICROK8S_SNAPS.map((path) => ({ path, command: 'sudo snap remove --purge microk8s' })),
  },
  {
    name: 'k3s',
    title: 'K3s',
    kind: 'kubernetes',
    units: ['k3s.service', 'k3s-agent.service'],
    unitPrefix: null,
    paths: ['/var/lib/rancher/k3s', '/etc/rancher/k3s'],
    uninstallers: ['/usr/local/bin/k3s-uninstall.sh', '/usr/local/bin/k3s-agent-uninstall.sh'].map(script),
  },
  {
    name: 'rke2',
    title: 'RKE2',
    kind: 'kubernetes',
    units: ['rke2-server.service', 'rke2-agent.service'],
    unitPrefix: null,
    paths: ['/var/lib/rancher/rke2', '/etc/rancher/rke2'],
    uninstallers: [
      '/usr/local/bin/rke2-uninstall.sh',
      '/usr/bin/rke2-uninstall.sh',
      '/opt/rke2/bin/rke2-uninstall.sh',
    ].map(script),
  },
  {
    name: 'kubeadm',
    title: 'a cluster of kubeadm',
    kind: 'kubernetes',
    units: ['kubelet.service'],
    unitPrefix: null,
    paths: ['/var/lib/kubelet/kubeadm-flags.env', '/etc/kubernetes/manifests/kube-apiserver.yaml'],
    uninstallers: [{ path: '/usr/bin/kubeadm', command: 'sudo kubeadm reset --force', leavesUnits: true }],
  },
  {
    name: 'docker',
    title: "Docker's containerd",
    kind: 'runtime',
    units: ['docker.service', 'docker.socket', 'containerd.service'],
    unitPrefix: null,
    paths: [],
    uninstallers: [],
  },
  {
    name: 'etcd',
    title: 'etcd of the distribution',
    kind: 'datastore',
    units: ['etcd.service', 'etcd2.service'],
    unitPrefix: null,
    paths: [],
    uninstallers: [],
  },
];

/** What was found of other software. */
export interface OtherInstallation {
  readonly name: OtherName;
  readonly running: readonly string[];
  /** Units that start with the machine. */
  readonly enabled: readonly string[];
  readonly paths: readonly string[];
  /** The path of an uninstaller; null: none was seen. */
  readonly uninstaller: string | null;
}

function script(path: string): Uninstaller {
  return { path, command: `sudo ${path}` };
}

export function otherSoftware(name: string): OtherSoftware {
  const found = OTHER_SOFTWARE.find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no such software: ${name}`);
  return found;
}

export function isUnitOfOther(unit: string, { units, unitPrefix }: OtherSoftware): boolean {
  return units.includes(unit) || (unitPrefix !== null && unit.startsWith(unitPrefix));
}

const WANTS: readonly string[] = [
  '/etc/systemd/system/multi-user.target.wants',
  '/etc/systemd/system/sockets.target.wants',
];

/** What is installed of software that wants the same addresses. `unread`: paths that could not be looked at. */
export async function readOtherInstallations(
  files: HostFiles,
  mounts: Mounts,
): Promise<{ readonly found: readonly OtherInstallation[]; readonly unread: readonly string[] }> {
  const lists = await Promise.all(WANTS.map((path) => files.names(path)));
  const enabled = new Set(lists.flatMap((names) => names ?? []));
  const looks = await Promise.all(
    OTHER_SOFTWARE.map(async (software) => {
      const own = [...enabled].filter((unit) => isUnitOfOther(unit, software));
      const units = [...new Set([...software.units, ...own])];
      const uninstallers = software.uninstallers.map(({ path }) => path);
      const [populated, exists, canRun] = await Promise.all([
        Promise.all(units.map((unit) => isUnitPopulated(mounts, unit))),
        Promise.all(software.paths.map((path) => files.exists(path))),
        Promise.all(uninstallers.map((path) => files.exists(path))),
      ]);
      const found = {
        name: software.name,
        running: units.filter((_, at) => populated[at] === true),
        enabled: own,
        paths: software.paths.filter((_, at) => exists[at] === true),
        uninstaller: uninstallers.find((_, at) => canRun[at] === true) ?? null,
      };
      return { found, unread: software.paths.filter((_, at) => exists[at] === null) };
    }),
  );
  return {
    found: looks
      .map(({ found }) => found)
      .filter(({ running, enabled: own, paths }) => running.length + own.length + paths.length > 0),
    unread: [...WANTS.filter((_, at) => lists[at] === null), ...looks.flatMap(({ unread }) => unread)],
  };
}
