import { addTo } from '../../base/multimap.js';
import { cgroupFacts } from '../../kernel/owners/cgroup.js';
import { SERVICES, unitOf } from '../../node/flags.js';
import type { ServiceState } from '../../node/setting.js';
import { type BundledProcesses, cgroupOf } from './processes.js';
import type { SnapServices } from './snap_output.js';

/** The units of the snap; null: no file tells anything of them. */
export function servicesOf(
  processes: BundledProcesses,
  startup: SnapServices | null,
  unitFiles: ReadonlyMap<string, boolean> | null,
): readonly ServiceState[] | null {
  const pidsByUnit = pidsOfUnits(processes);
  const states = SERVICES.map((service): ServiceState | null => {
    const unit = unitOf(service);
    const status = processes.units.find(({ value }) => value.unit === unit)?.value;
    const snap = startup?.get(service);
    const pids = status?.pids ?? pidsByUnit?.get(unit) ?? (pidsByUnit === null && snap?.isActive !== false ? null : []);
    const enabled = status?.enabled ?? snap?.isEnabled ?? unitFiles?.get(unit) ?? null;
    const isListed = snap !== undefined || unitFiles?.has(unit) === true;
    const isUnlisted = (startup !== null || unitFiles !== null) && !isListed;
    // Not in a list of all units, and without processes, it does not exist.
    if (isUnlisted && status === undefined && (pids === null || pids.length === 0)) return null;
    const comm = status?.comm ?? (pids === null ? null : (processes.byPid.get(pids[0] ?? 0)?.comm ?? null));
    return { unit, enabled, pids, comm };
  });
  const known = states.filter((one) => one !== null);
  const isAnyKnown = known.some(({ enabled, pids }) => enabled !== null || (pids !== null && pids.length > 0));
  return isAnyKnown ? known : null;
}

/** By unit, where the cgroups of all processes are listed. */
function pidsOfUnits({ byPid }: BundledProcesses): ReadonlyMap<string, number[]> | null {
  const pids = new Map<string, number[]>();
  let isListed = false;
  for (const listed of byPid.values()) {
    const cgroup = cgroupOf(listed);
    if (cgroup === null) continue;
    isListed = true;
    const { unit } = cgroupFacts(cgroup);
    if (unit !== null) addTo(pids, unit, listed.pid);
  }
  return isListed ? pids : null;
}
