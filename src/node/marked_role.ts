import { stat } from 'node:fs/promises';
import type { Role } from '../spec/rows.js';

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
export async function readMarkedRole(markers: readonly MarkedRole[] = MARKERS): Promise<MarkedRole | null> {
  for (const marker of markers) {
    const exists = await stat(marker.file).then(
      () => true,
      () => false,
    );
    if (exists) return marker;
  }
  return null;
}
