import type { FileText } from './file_text.js';
import { scalarOf } from './state_files.js';

/** Where snapd keeps what it knows of the installed revision; the second where `/snap` is no link to it. */
export const SNAP_FILES: readonly string[] = [
  '/snap/k8s/current/meta/snap.yaml',
  '/var/lib/snapd/snap/k8s/current/meta/snap.yaml',
];

/** The installed release, such as `1.34.1`; null: unknown. Pure. */
export function releaseOf(file: FileText): string | null {
  if (file.state !== 'read') return null;
  return releaseIn(scalarOf(file.text, 'version')?.value ?? '');
}

/** The release in a version as the snap has it: `v1.34.1`, or with more behind it. */
export function releaseIn(version: string): string | null {
  return /^v?(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)(?![\d.])/.exec(version)?.[1] ?? null;
}
