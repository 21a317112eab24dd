import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../lab/lab.js';

/** A snapshot of a lab with every verdict, in the source tree; this file runs from dist/. */
export const RECORDING = fileURLToPath(new URL('../../../test/fixtures/snapshots/every_verdict.json', import.meta.url));

/** Runs a command with the host name node-1, so that the output does not name the machine. */
export function onNamedNode(argv: readonly string[]): string[] {
  return ['unshare', '--uts', 'sh', '-c', 'echo node-1 > /proc/sys/kernel/hostname && exec "$@"', 'sh', ...argv];
}

/** A lab's snapshot, with cgroups as on a real node. */
export function asOnRealNode(text: string, lab: Lab): string {
  return text.replaceAll(`/${basename(lab.directory)}/`, '/');
}
