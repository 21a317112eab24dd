import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from '../lab/lab.js';

/** A snapshot of a lab with every verdict, in the sources, while this file runs from dist/. */
export const RECORDING = fileURLToPath(new URL('../../../test/fixtures/snapshots/every_verdict.json', import.meta.url));

/** Runs a command where the host is called node-1: what is shown or kept does not name the machine it was made on. */
export function onNamedNode(argv: readonly string[]): string[] {
  return ['unshare', '--uts', 'sh', '-c', 'echo node-1 > /proc/sys/kernel/hostname && exec "$@"', 'sh', ...argv];
}

/** What is kept of a lab, with its cgroups as they are on a real node. */
export function asOnRealNode(text: string, lab: Lab): string {
  return text.replaceAll(`/${basename(lab.directory)}/`, '/');
}
