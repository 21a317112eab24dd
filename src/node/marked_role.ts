import { fileExists, type Mounts } from '../kernel/mounts.js';
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
export async function readMarkedRole(mounts: Mounts, markers = MARKERS): Promise<MarkedRole | null> {
  for (const marker of markers) if (await fileExists(marker.file, mounts)) return marker;
  return null;
}

/** What an installation leaves on the disk: the snap, its data, or its units. */
const INSTALLED: readonly string[] = [
  '/var/snap/k8s',
  '/snap/k8s',
  '/var/lib/snapd/snap/k8s',
  '/etc/systemd/system/snap.k8s.k8sd.service',
];

/** Whether anything of Canonical Kubernetes is installed; null: that could not be seen. */
export async function readIsInstalled(mounts: Mounts, files = INSTALLED): Promise<boolean | null> {
  const states = await Promise.all(files.map((file) => fileExists(file, mounts)));
  return states.includes(true) ? true : states.includes(null) ? null : false;
}
