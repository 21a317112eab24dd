import type { Role } from '../spec/rows.js';
import { unitOf } from './flags.js';
import type { HostFiles } from './host_files.js';
import type { ServiceState, Setting } from './setting.js';

/** A role, and the file that gives it. */
export interface MarkedRole {
  readonly role: Role;
  readonly file: string;
}

/** Files that the k8s snap keeps on nodes of one role only; its own services check the first. */
const MARKERS: readonly MarkedRole[] = [
  { file: '/var/snap/k8s/common/lock/worker', role: 'worker' },
  { file: '/var/snap/k8s/common/args/kube-apiserver', role: 'control-plane' },
];

/** What the markers say. */
export interface RoleMarkers {
  /** null: there is no marker, or no permission to see it. */
  readonly markedRole: MarkedRole | null;
  /** Whether there is none, as on a node that is not bootstrapped. */
  readonly isUnmarked: boolean;
}

export async function readRoleMarkers(files: HostFiles): Promise<RoleMarkers> {
  const states = await Promise.all(MARKERS.map(({ file }) => files.exists(file)));
  return { markedRole: MARKERS[states.indexOf(true)] ?? null, isUnmarked: states.every((state) => state === false) };
}

/**
 * Whether k8sd alone is enabled and nothing else of the snap runs, as it is until a node is bootstrapped. It tells that where markers
 * were not collected: sos has the units, but neither the arguments nor the markers of the snap.
 */
export function isDaemonAlone(services: readonly ServiceState[] | null): boolean {
  const [daemon, others] = [unitOf('k8sd'), services?.filter(({ unit }) => unit !== unitOf('k8sd')) ?? []];
  const isEnabled = services?.some(({ unit, enabled }) => unit === daemon && enabled === true) === true;
  return isEnabled && others.length > 0 && others.every((one) => one.enabled === false && one.pids?.length === 0);
}

/**
 * Whether the node was bootstrapped, or joined to a cluster; null: unknown, as where it has no marker and its services are told
 * something all the same. Before that, k8sd alone is enabled, and has no address.
 */
export function isBootstrapped(
  { markedRole, isUnmarked }: RoleMarkers,
  settings: readonly Setting[],
  services: readonly ServiceState[] | null,
): boolean | null {
  if (markedRole !== null) return true;
  const isInUse = ({ unit, enabled, pids }: ServiceState): boolean =>
    unit !== unitOf('k8sd') && (enabled === true || (pids !== null && pids.length > 0));
  return isUnmarked && settings.length === 0 && services?.some(isInUse) !== true ? false : null;
}
