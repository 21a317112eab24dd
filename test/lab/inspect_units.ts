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

/** The process by which containerd runs a container, which stays in containerd's unit. A lab has none. */
export interface Shim {
  readonly pid: number;
  readonly command: string;
}

/** Near the greatest that the kernel gives (PID_MAX_LIMIT), so that no process has them. */
const FIRST_SHIM_PID = 4_194_000;

/** The shim of the container whose cgroup this is; null: it is none of Kubernetes. */
export function shimOf(cgroup: string): Shim | null {
  const id = /\/kubepods\.slice\/.*\/cri-containerd-([0-9a-f]{64})\.scope$/.exec(cgroup)?.[1];
  if (id === undefined) return null;
  const command = `/snap/k8s/x1/bin/containerd-shim-runc-v2 -namespace k8s.io -id ${id} -address /run/containerd/containerd.sock`;
  return { pid: FIRST_SHIM_PID + Number.parseInt(id.slice(0, 2), 16), command };
}

/** Those of all containers. */
export async function shimsOf(lab: Lab): Promise<Shim[]> {
  const shims = new Map<number, Shim>();
  for (const pid of lab.processes.values()) {
    // A service that a fault stops may be ending.
    const file = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
    const shim = shimOf(/^0::(.*)$/m.exec(file)?.[1] ?? '');
    if (shim !== null) shims.set(shim.pid, shim);
  }
  return [...shims.values()];
}

/** What `systemctl status` of systemd 255 prints of it into a file. */
export async function statusOf(
  { service, enabled, pids }: UnitState,
  shims: readonly Shim[],
  hostname: string,
): Promise<string> {
  const unit = `snap.k8s.${service}.service`;
  const about = `${unit} - Service for snap application k8s.${service}`;
  const loaded = `Loaded: loaded (${unitFile(service)}; ${enabled ? 'enabled' : 'disabled'}; preset: enabled)`;
  const [main] = pids;
  if (main === undefined) return `○ ${about}\n     ${loaded}\n     Active: inactive (dead)\n`;
  const comm = (await readFile(`/proc/${main}/comm`, 'utf8')).trimEnd();
  const own = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replace(/\0$/, '').replaceAll('\0', ' ');
      return `${pid} ${words}`;
    }),
  );
  const all = [...own, ...(service === 'containerd' ? shims.map(({ pid, command }) => `${pid} ${command}`) : [])];
  const tree = all.map((line, at) => `             ${at === all.length - 1 ? '└─' : '├─'}${line}\n`);
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
