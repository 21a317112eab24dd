import type { Role } from '../spec/rows.js';
import type { HostFiles } from './host_files.js';

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

/** null if there is no marker, or no permission to see it. */
export async function readMarkedRole(files: HostFiles): Promise<MarkedRole | null> {
  for (const marker of MARKERS) if (await files.exists(marker.file)) return marker;
  return null;
}
