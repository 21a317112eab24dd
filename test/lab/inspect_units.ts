import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writableCgroupRoot } from './cgroups.js';
import { unitFile, wantedUnit } from './disk.js';
import type { Lab } from './lab.js';

/** A unit of the snap, as systemd would know it. */
export interface UnitState {
  readonly service: string;
  readonly enabled: boolean;
  /** Of all processes in it, the first one first. */
  readonly pids: readonly number[];
}

/** Every unit of the snap on the node, in the order of their names. */
export async function unitStates(lab: Lab): Promise<UnitState[]> {
  const names = await readdir(join(lab.disk, '/etc/systemd/system'));
  const services = names.flatMap((name) => /^snap\.k8s\.(.*)\.service$/.exec(name)?.[1] ?? []).sort();
  return Promise.all(
    services.map(async (service) => ({
      service,
      enabled: await isThere(join(lab.disk, wantedUnit(service))),
      pids: await pidsOf(lab, service),
    })),
  );
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function pidsOf(lab: Lab, service: string): Promise<number[]> {
  const root = await writableCgroupRoot();
  const first = lab.processes.values().next().value;
  if (root === null || first === undefined) return [];
  const own = /^0::(\/[^/]+)\//m.exec(await readFile(`/proc/${first}/cgroup`, 'utf8'))?.[1] ?? '';
  const file = join(root, own, 'system.slice', `snap.k8s.${service}.service`, 'cgroup.procs');
  const pids = (await readFile(file, 'utf8').catch(() => '')).split('\n').map(Number);
  return pids.filter((pid) => pid > 0);
}

/** What `systemctl status` of systemd 255 prints of it into a file. */
export async function statusOf({ service, enabled, pids }: UnitState, hostname: string): Promise<string> {
  const unit = `snap.k8s.${service}.service`;
  const about = `${unit} - Service for snap application k8s.${service}`;
  const loaded = `Loaded: loaded (${unitFile(service)}; ${enabled ? 'enabled' : 'disabled'}; preset: enabled)`;
  const [main] = pids;
  if (main === undefined) return `○ ${about}\n     ${loaded}\n     Active: inactive (dead)\n`;
  const comm = (await readFile(`/proc/${main}/comm`, 'utf8')).trimEnd();
  const tree = await Promise.all(
    pids.map(async (pid, at) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replace(/\0$/, '').replaceAll('\0', ' ');
      return `             ${at === pids.length - 1 ? '└─' : '├─'}${pid} ${words}\n`;
    }),
  );
  return `● ${about}
     ${loaded}
     Active: active (running) since Fri 2026-11-27 07:47:11 UTC; 12min ago
   Main PID: ${main} (${comm})
      Tasks: ${pids.length} (limit: 9442)
     Memory: 40.1M (peak: 50.0M)
        CPU: 5.012s
     CGroup: /system.slice/${unit}
${tree.join('')}
Nov 27 07:47:11 ${hostname} systemd[1]: Started ${about}.
`;
}
