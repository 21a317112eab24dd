import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { hostname as machineName } from 'node:os';
import { dirname, join } from 'node:path';
import { writableCgroupRoot } from './cgroups.js';
import { mustRun } from './child.js';
import { CNI_FILE, K8SD_INFO, K8SD_STATE } from './disk.js';
import { shimOf, shimsOf, statusOf, unitStates } from './inspect_units.js';
import type { Lab } from './lab.js';

export interface InspectOptions {
  /** Where the tarball is made. */
  readonly directory: string;
  /** What the node calls itself; the machine's name by default. */
  readonly hostname?: string;
}

/** Files that `k8s inspect` puts into its report, by their path in it. */
type Report = ReadonlyMap<string, string>;

/** Where `k8s inspect` looks at the node with a program, and keeps what that prints. */
const COMMANDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['ss-plnt.log', ['ss', '-plnt']],
  ['ss-plntu.log', ['ss', '-plntu']],
  ['ip-a.log', ['ip', 'a']],
  ['ip-r.log', ['ip', 'r']],
  ['sys/proc-mounts', ['cat', '/proc/mounts']],
  ['sys/etc-os-release', ['cat', '/etc/os-release']],
]);

/** The units that it looks at, by role. */
const UNITS: Readonly<Record<Lab['role'], readonly string[]>> = {
  'control-plane': [
    ...['containerd', 'etcd', 'kube-proxy', 'k8sd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
    'kubelet',
  ],
  worker: ['containerd', 'k8s-apiserver-proxy', 'kubelet', 'k8sd', 'kube-proxy'],
};

/**
 * Makes the tarball that `k8s inspect` (k8s/scripts/inspect.sh of the snap) would make on the node, and returns its path. systemd and
 * snapd do not run in a lab: what they would print is written from its units and processes.
 */
export async function inspectTarball(lab: Lab, options: InspectOptions): Promise<string> {
  const stage = await mkdtemp(join(options.directory, 'inspect-'));
  const report = join(stage, 'inspection-report');
  await mkdir(report);
  await cp(join(lab.disk, '/var/snap/k8s/common/args'), join(report, 'args'), { recursive: true }).catch(ignoreAbsence);
  for (const [path, text] of await filesOf(lab, options.hostname ?? machineName())) {
    await mkdir(dirname(join(report, path)), { recursive: true });
    await writeFile(join(report, path), text);
  }
  const tarball = join(stage, 'inspection-report-20261127_080000.tar.gz');
  await mustRun('packing the report', ['tar', '-C', stage, '-czf', tarball, 'inspection-report']);
  return tarball;
}

async function filesOf(lab: Lab, hostname: string): Promise<Report> {
  const states = await unitStates(lab);
  const info = await readFile(join(lab.disk, K8SD_INFO), 'utf8').catch(ignoreAbsence);
  const network = await readFile(join(lab.disk, CNI_FILE), 'utf8').catch(ignoreAbsence);
  const report = new Map<string, string>();
  for (const [path, argv] of COMMANDS) report.set(path, await printed(lab, argv));
  report.set('sys/ps', await processList(lab));
  report.set('uname.log', (await printed(lab, ['uname', '-a'])).replace(/^Linux \S+/, `Linux ${hostname}`));
  for (const tool of ['iptables', 'iptables-legacy', 'iptables6', 'iptables6-legacy']) {
    report.set(`${tool}.log`, `/snap/k8s/x1/k8s/scripts/inspect.sh: line 181: ${tool}-save: command not found\n`);
  }
  report.set('proxy_in_etc_environment', '');
  const isBootstrapped = existsSync(join(lab.disk, K8SD_STATE));
  if (!isBootstrapped) report.set('is-not-bootstrapped-node', 'Inspection ran on a non bootstrapped node.');
  else if (lab.role === 'worker') report.set('is-worker-node', 'Inspection ran on a worker node.');
  else report.set('is-control-plane-node', 'Inspection ran on a control plane node.');

  const inspected = UNITS[lab.role].flatMap((service) => states.find((one) => one.service === service) ?? []);
  for (const state of inspected) {
    report.set(`k8s.${state.service}/systemctl.log`, await statusOf(state, await shimsOf(lab), hostname));
    report.set(`k8s.${state.service}/journal.log`, '-- No entries --\n');
  }
  report.set('nrestarts.log', inspected.map(({ service }) => `k8s.${service} -> 0\n`).join(''));
  if (info !== undefined) {
    report.set('k8s.k8sd/k8sd-info.yaml', info);
    report.set('k8s.k8sd/k8sd-cluster.yaml', `- ${info.trimEnd().replaceAll('\n', '\n  ')}\n`);
  }
  const release = /^version: (\S+)$/m.exec(
    await readFile(join(lab.disk, '/var/lib/snapd/snap/k8s/current/meta/snap.yaml'), 'utf8'),
  )?.[1];
  report.set(
    'snap-list-k8s.log',
    aligned([
      ['Name', 'Version', 'Rev', 'Tracking', 'Publisher', 'Notes'],
      ['k8s', release ?? '-', 'x1', '1.36-classic/stable', 'canonical✓', 'classic'],
    ]),
  );
  report.set(
    'snap-services-k8s.log',
    aligned([
      ['Service', 'Startup', 'Current', 'Notes'],
      ...states.map(({ service, enabled, pids }) => [
        `k8s.${service}`,
        enabled ? 'enabled' : 'disabled',
        pids.length > 0 ? 'active' : 'inactive',
        '-',
      ]),
    ]),
  );
  const state = network === undefined ? 'disabled' : 'enabled';
  report.set('k8s-get.log', `network:\n  enabled: ${network !== undefined}\ndns:\n  enabled: true\n`);
  report.set(
    'k8s-status.log',
    !isBootstrapped
      ? 'Error: The node is not part of a Kubernetes cluster.\n'
      : lab.role === 'worker'
        ? 'Error: this action is restricted on workers\n'
        : `cluster status:           ready\ndatastore:                etcd\nnetwork:                  ${state}\n`,
  );
  return report;
}

/** With what it prints on standard error, as the script keeps it. */
async function printed(lab: Lab, argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await lab.exec(argv);
  return stdout + stderr;
}

/**
 * Of the node's own processes: others run on the machine of the lab. Their parents are those that they would have on a node: the first
 * process, and of containers, their shim.
 */
async function processList(lab: Lab): Promise<string> {
  const [header = '', ...lines] = (await printed(lab, ['ps', '-ef'])).split('\n');
  const root = await writableCgroupRoot();
  const parents = new Map<string, number>();
  for (const pid of lab.processes.values()) {
    const path = /^0::(.*)$/m.exec(await readFile(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
    const members = await readFile(`${root}${path}/cgroup.procs`, 'utf8');
    const shim = shimOf(path);
    for (const member of members.trim().split('\n')) parents.set(member, shim?.pid ?? 1);
  }
  const own = lines.flatMap((line) => {
    const [, user, pid = '', parent = '', rest] = /^(\S+ +)(\d+)( +\d+)(.*)$/.exec(line) ?? [];
    const known = parents.get(pid);
    if (known === undefined) return [];
    return [`${user}${pid}${parents.has(parent.trim()) ? parent : ` ${known}`}${rest}`];
  });
  const shims = (await shimsOf(lab)).map(({ pid, command }) => `root ${pid} 1 0 07:47 ? 00:00:01 ${command}`);
  return [header, 'root 1 0 0 07:46 ? 00:00:02 /sbin/init', ...shims, ...own, ''].join('\n');
}

/** Columns as snapd and others print them, with two spaces between. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

function ignoreAbsence(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
