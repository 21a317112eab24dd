import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lab } from './lab.js';

/** The commands whose output sos keeps (plugins networking, process, host and kernel of sos 4), by the file it is in. */
const COMMANDS: readonly (readonly [path: string, ...argv: string[]])[] = [
  ['sos_commands/host/hostname', 'hostname'],
  ['sos_commands/kernel/uname_-a', 'uname', '-a'],
  ['sos_commands/networking/ip_-d_address', 'ip', '-d', 'address'],
  ['sos_commands/networking/ip_route_show_table_all', 'ip', 'route', 'show', 'table', 'all'],
  ['sos_commands/networking/ip_-6_route_show_table_all', 'ip', '-6', 'route', 'show', 'table', 'all'],
  ['sos_commands/networking/netstat_-W_-neopa', 'netstat', '-W', '-neopa'],
  ['sos_commands/networking/netstat_-W_-agn', 'netstat', '-W', '-agn'],
  ['sos_commands/networking/netstat_-s', 'netstat', '-s'],
  ['sos_commands/process/ps_alxwww', 'ps', 'alxwww'],
  ['sos_commands/process/ps_auxwwwm', 'ps', 'auxwwwm'],
  [
    'sos_commands/process/ps_axo_pid_ppid_user_group_lwp_nlwp_start_time_comm_cgroup',
    ...['ps', 'axo', 'pid,ppid,user,group,lwp,nlwp,start_time,comm,cgroup'],
  ],
];

/** sos runs ss only where all modules that it may load are loaded. */
const SS = ['sos_commands/networking/ss_-peaonmi', 'ss', '-peaonmi'] as const;

/** Makes a report of the node as sos does, unpacked, and returns its directory. */
export async function sosReport(lab: Lab, directory: string, { hasSs }: { readonly hasSs: boolean }): Promise<string> {
  const report = join(await mkdtemp(join(directory, 'sos-')), 'sosreport-node-2026-11-27-abcdefg');
  for (const [path, ...argv] of hasSs ? [...COMMANDS, SS] : COMMANDS) {
    const { stdout, stderr } = await lab.exec(argv);
    await mkdir(dirname(join(report, path)), { recursive: true });
    await writeFile(join(report, path), stdout + stderr);
  }
  return report;
}
