import { basename } from 'node:path';
import { native } from '../kernel/addon.js';
import type { Mounts } from '../kernel/mounts.js';
import { SERVICES, unitOf } from './flags.js';
import type { HostFiles } from './host_files.js';
import type { ServiceState } from './setting.js';

/** A service, with the arguments of its process. */
export interface RunningService {
  readonly service: string;
  readonly state: ServiceState;
  /** Without the program; null: there is no process, or it could not be read, or runs another program as long as it waits. */
  readonly commandLine: readonly string[] | null;
}

/** A unit of the snap has one process, and those that it starts. */
const MAX_PROCESSES = 64;

/** The units of the snap that are there, or run. */
export async function readUnits(files: HostFiles, mounts: Mounts): Promise<RunningService[]> {
  const roots = systemdCgroups(mounts);
  const units = await Promise.all(SERVICES.map((service) => readUnit(service, files, roots)));
  return units.filter((unit) => unit !== null);
}

async function readUnit(service: string, files: HostFiles, roots: readonly string[]): Promise<RunningService | null> {
  const unit = unitOf(service);
  const [isUnit, enabled, pids] = await Promise.all([
    files.exists(`/etc/systemd/system/${unit}`),
    files.hasLink(`/etc/systemd/system/multi-user.target.wants/${unit}`),
    readPidsIn(roots, unit),
  ]);
  if (isUnit === false && enabled === false && (pids === null || pids.length === 0)) return null;
  const processes = await Promise.all((pids ?? []).map(readProcess));
  const program = processes.find((one) => one.words !== null && basename(one.words[0] ?? '') === service);
  return {
    service,
    state: { unit, enabled, pids, comm: (program ?? processes[0])?.comm ?? null },
    commandLine: program?.words?.slice(1) ?? null,
  };
}

/** Where systemd's hierarchy may be: cgroup2, or its own of cgroup v1; with both, they are alike. */
function systemdCgroups(mounts: Mounts): readonly string[] {
  return [...mounts].flatMap(([point, { type }]) =>
    type === 'cgroup2' || (type === 'cgroup' && point.endsWith('/systemd')) ? [point] : [],
  );
}

/** Processes of a unit, in the first hierarchy that has any; null: no hierarchy could be read. */
async function readPidsIn(roots: readonly string[], unit: string): Promise<readonly number[] | null> {
  let pids: readonly number[] | null = null;
  for (const root of roots) {
    pids = (await readPids(`${root}/system.slice/${unit}/cgroup.procs`)) ?? pids;
    if (pids !== null && pids.length > 0) return pids;
  }
  return pids;
}

/** Whether a unit of the system has processes, in groups below its own too; null: that cannot be seen. */
export async function isUnitPopulated(mounts: Mounts, unit: string): Promise<boolean | null> {
  const roots = systemdCgroups(mounts);
  const states = await Promise.all(roots.map((root) => readText(`${root}/system.slice/${unit}/cgroup.events`)));
  if (states.some((state) => state?.includes('populated 1') === true)) return true;
  const pids = await readPidsIn(roots, unit);
  return pids === null ? null : pids.length > 0;
}

/** Empty where the unit does not run. */
async function readPids(file: string): Promise<readonly number[] | null> {
  try {
    const lines = Buffer.from(await native().readInNetns(null, file))
      .toString('latin1')
      .split('\n');
    // 0: a process of another PID namespace.
    return lines
      .map(Number)
      .filter((pid) => pid > 0)
      .slice(0, MAX_PROCESSES);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? [] : null;
  }
}

async function readProcess(
  pid: number,
): Promise<{ readonly comm: string | null; readonly words: readonly string[] | null }> {
  const [comm, cmdline] = await Promise.all([readText(`/proc/${pid}/comm`), readText(`/proc/${pid}/cmdline`)]);
  return {
    comm: comm === null ? null : comm.replace(/\n$/, ''),
    words: cmdline === null || cmdline === '' ? null : cmdline.replace(/\0$/, '').split('\0'),
  };
}

function readText(file: string): Promise<string | null> {
  return native()
    .readInNetns(null, file)
    .then((bytes) => Buffer.from(bytes).toString())
    .catch(() => null);
}
