import { readFile } from '../../base/files.js';
import { textField, textOf } from '../../base/text.js';
import type { ProcessFacts } from '../addon.js';
import { cgroupFacts, cgroupPathOf, inMachine } from './cgroup.js';
import type { ProcessOwner } from './owner.js';

export type ProcessFields = Omit<ProcessOwner, 'kind' | 'pid' | 'fd'>;

/** A process of which only the pid is known. */
export const UNKNOWN_PROCESS: ProcessFields = {
  comm: null,
  exe: null,
  argv0: null,
  cgroup: null,
  unit: null,
  pod: null,
  container: null,
  startedAt: null,
};

/**
 * By pid. `bootTime` is in milliseconds since the epoch. With `isOfMachine`, units and pods are those of the machine container that a
 * process is in. Pure.
 */
export function processFieldsByPid(
  facts: readonly ProcessFacts[],
  bootTime: number | null,
  isOfMachine = false,
): ReadonlyMap<number, ProcessFields> {
  // Processes of one cgroup have the same file.
  const cgroups = new Map<string, CgroupFields>();
  const cgroupOf = (file: Uint8Array | null): CgroupFields => {
    const key = file === null ? '' : Buffer.from(file).toString('latin1');
    const fields = cgroups.get(key) ?? cgroupFields(file, isOfMachine);
    cgroups.set(key, fields);
    return fields;
  };
  return new Map(facts.map((one) => [one.pid, processFields(one, cgroupOf(one.cgroup), bootTime)]));
}

type CgroupFields = Pick<ProcessFields, 'cgroup' | 'cgroupRaw' | 'unit' | 'pod' | 'container'>;

function cgroupFields(file: Uint8Array | null, isOfMachine: boolean): CgroupFields {
  const path = file === null ? null : cgroupPathOf(file);
  const text = path === null ? '' : textOf(path);
  return { ...textField('cgroup', path), ...cgroupFacts(isOfMachine ? inMachine(text) : text) };
}

function processFields(facts: ProcessFacts, cgroup: CgroupFields, bootTime: number | null): ProcessFields {
  const started = bootTime === null || facts.startMs === null ? null : new Date(bootTime + facts.startMs).toISOString();
  return {
    ...textField('comm', facts.comm),
    ...textField('exe', facts.exe),
    ...textField('argv0', facts.argv0),
    ...cgroup,
    startedAt: started,
  };
}

/** Milliseconds since the epoch; `btime` in /proc/stat, in seconds (proc(5)). */
export async function readBootTime(): Promise<number | null> {
  const stat = await readFile('/proc/stat', 'latin1').catch(() => '');
  const seconds = /^btime (\d+)$/m.exec(stat)?.[1];
  return seconds === undefined ? null : Number(seconds) * 1000;
}
