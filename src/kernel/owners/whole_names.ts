import { isTooLong, type TextField, wholeTextField } from '../../base/text.js';
import type { ProcessFacts } from '../addon.js';
import { cgroupPathOf } from './cgroup.js';

/** The names of a process that are shortened in its sockets' owners. */
export type ProcessNames = { readonly pid: number } & Partial<
  TextField<'exe'> & TextField<'argv0'> & TextField<'cgroup'>
>;

/** Far more than a node has; each has up to 12 KiB of names. */
const MAX_PROCESSES = 256;

/** The whole names of the processes with shortened ones, in order. Pure. */
export function wholeNames(facts: readonly ProcessFacts[]): ProcessNames[] {
  const names: ProcessNames[] = [];
  for (const { pid, exe, argv0, cgroup } of facts) {
    // The path is within the file, which is short for nearly every process.
    const path = cgroup === null || !isTooLong(cgroup) ? null : cgroupPathOf(cgroup);
    if (![exe, argv0, path].some((name) => name !== null && isTooLong(name))) continue;
    names.push({ pid, ...whole('exe', exe), ...whole('argv0', argv0), ...whole('cgroup', path) });
    if (names.length === MAX_PROCESSES) break;
  }
  return names;
}

function whole<Key extends string>(key: Key, bytes: Uint8Array | null): Partial<TextField<Key>> {
  return bytes !== null && isTooLong(bytes) ? wholeTextField(key, bytes) : {};
}
