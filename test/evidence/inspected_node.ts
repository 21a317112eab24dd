import type { Member } from './archive.js';

/** A process of a node, and where it listens: `tcp 127.0.0.1:10248`. */
export interface Running {
  readonly service: string;
  readonly pid: number;
  /** null: it is in a pod, below this shim. */
  readonly shim: number | null;
  readonly comm?: string;
  readonly argv: string;
  readonly listens: readonly string[];
}

const BIN = '/snap/k8s/2931/bin';
const SANDBOX = (pid: number): string => String(pid).padStart(64, 'a');

function unit(service: string, pid: number, flags: string, listens: readonly string[]): Running {
  return { service, pid, shim: null, argv: `${BIN}/${service} ${flags}`.trim(), listens };
}

/** The processes of a control plane of 1.36, with the arguments that k8sd writes. */
export const CONTROL_PLANE: readonly Running[] = [
  unit('containerd', 1000, '--address /run/containerd/containerd.sock', ['tcp 127.0.0.1:34567']),
  unit('etcd', 1100, '--listen-client-urls=https://192.0.2.2:2379,https://127.0.0.1:2379', [
    'tcp 192.0.2.2:2379',
    'tcp 127.0.0.1:2379',
    'tcp 192.0.2.2:2380',
  ]),
  unit('k8sd', 1200, '--state-dir=/var/snap/k8s/common/var/lib/k8sd/state', ['tcp 192.0.2.2:6400']),
  unit('kube-apiserver', 1300, '--secure-port=6443', ['tcp *:6443']),
  unit('kube-controller-manager', 1400, '--v=0', ['tcp *:10257']),
  unit('kube-scheduler', 1500, '--v=0', ['tcp *:10259']),
  unit('kubelet', 1600, '--v=0', ['tcp 127.0.0.1:10248', 'tcp *:10250']),
  pod('cilium-agent', 3001, 2001, [
    'tcp 192.0.2.2:4240',
    'tcp *:4244',
    'tcp 127.0.0.1:9879',
    'tcp 127.0.0.1:9890',
    'udp 0.0.0.0:8472',
  ]),
  pod('cilium-operator', 3101, 2101, ['tcp 127.0.0.1:9234', 'tcp 127.0.0.1:9891', 'tcp *:9963']),
];

function pod(service: string, pid: number, shim: number, listens: readonly string[]): Running {
  return { service, pid, shim, argv: `/usr/bin/${service} --config-dir=/tmp`, listens };
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  containerd: '--address="/run/containerd/containerd.sock"\n',
  etcd: '--listen-client-urls="https://192.0.2.2:2379,https://127.0.0.1:2379"\n--listen-peer-urls="https://192.0.2.2:2380"\n',
  k8sd: '--state-dir="/var/snap/k8s/common/var/lib/k8sd/state"\n',
  'kube-apiserver': '--etcd-servers="https://127.0.0.1:2379"\n--secure-port="6443"\n',
  'kube-controller-manager': '--v="0"\n',
  'kube-proxy': '--healthz-bind-address="127.0.0.1:10256"\n',
  'kube-scheduler': '--v="0"\n',
  kubelet: '--v="0"\n',
};

const SERVICES = ['containerd', 'etcd', 'k8s-apiserver-proxy', 'k8sd', 'kube-apiserver', 'kube-controller-manager'];
const ALL_SERVICES = [...SERVICES, 'kube-proxy', 'kube-scheduler', 'kubelet'];

const IP_A = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
    inet6 ::1/128 scope host noprefixroute
       valid_lft forever preferred_lft forever
2: ens3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc fq_codel state UP group default qlen 1000
    link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff
    altname enp0s3
    inet 192.0.2.2/24 brd 192.0.2.255 scope global dynamic ens3
       valid_lft 86000sec preferred_lft 86000sec
    inet6 fe80::5054:ff:fe12:3456/64 scope link
       valid_lft forever preferred_lft forever
5: cilium_vxlan: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default qlen 1000
    link/ether 6a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
`;

const IP_R = `default via 192.0.2.1 dev ens3 proto dhcp src 192.0.2.2 metric 100
10.1.0.0/24 via 10.1.0.5 dev cilium_host proto kernel src 10.1.0.5
192.0.2.0/24 dev ens3 proto kernel scope link src 192.0.2.2 metric 100
`;

/** What `k8s inspect` packs of a node, by path below its directory. */
export function inspected(processes: readonly Running[] = CONTROL_PLANE): Map<string, string> {
  const own = processes.filter(({ shim }) => shim === null);
  const shims = processes.flatMap(({ shim }) => (shim === null ? [] : [shim]));
  return new Map([
    ['is-control-plane-node', 'Inspection ran on a control plane node.'],
    ['uname.log', 'Linux node-1 6.8.0-31-generic #31-Ubuntu SMP x86_64 x86_64 x86_64 GNU/Linux\n'],
    ['snap-list-k8s.log', `${SNAP_LIST}\n`],
    ['snap-services-k8s.log', snapServices(own)],
    ['k8s.k8sd/k8sd-info.yaml', 'Address: 192.0.2.2:6400\nID: 3297041220608546238\nRole: 0\n'],
    [
      'k8s-status.log',
      'cluster status:           ready\ndatastore:                etcd\nnetwork:                  enabled\n',
    ],
    ['ip-a.log', IP_A],
    ['ip-r.log', IP_R],
    ['ss-plntu.log', ssText(processes)],
    ['sys/ps', psText(processes)],
    ...Object.entries(ARGUMENTS).map(([service, text]) => [`args/${service}`, text] as const),
    ...ALL_SERVICES.map((service) => {
      const running = own.find((one) => one.service === service) ?? null;
      return [
        `k8s.${service}/systemctl.log`,
        statusText(service, running, service === 'containerd' ? shims : []),
      ] as const;
    }),
  ]);
}

/** The same as members of an archive, as `k8s inspect` packs it. */
export function inspectionReport(files: ReadonlyMap<string, string>): Member[] {
  return [...files].map(([path, content]) => ({ path: `inspection-report/${path}`, content }));
}

const SNAP_LIST = `Name  Version  Rev   Tracking             Publisher   Notes
k8s   v1.36.1  2931  1.36-classic/stable  canonical✓  classic`;

function snapServices(own: readonly Running[]): string {
  const lines = ALL_SERVICES.map((service) => {
    const isOn = own.some((one) => one.service === service);
    return `k8s.${service.padEnd(28)} ${isOn ? 'enabled   active  ' : 'disabled  inactive'} -\n`;
  });
  return `Service                        Startup   Current   Notes\n${lines.join('')}`;
}

function statusText(service: string, running: Running | null, shims: readonly number[]): string {
  const name = `snap.k8s.${service}.service`;
  const head = `${running === null ? '○' : '●'} ${name} - Service for snap application k8s.${service}\n`;
  const loaded = `     Loaded: loaded (/etc/systemd/system/${name}; ${running === null ? 'disabled' : 'enabled'}; preset: enabled)\n`;
  if (running === null) return `${head}${loaded}     Active: inactive (dead)\n`;
  const pids = [...shims.map((pid) => [pid, shimText(pid)] as const), [running.pid, running.argv] as const];
  const tree = pids.map(([pid, argv], at) => `             ${at < pids.length - 1 ? '├' : '└'}─${pid} ${argv}\n`);
  return `${head}${loaded}     Active: active (running) since Fri 2026-11-27 07:00:00 UTC; 1h ago
   Main PID: ${running.pid} (${commOf(running)})
      Tasks: 12 (limit: 9444)
     CGroup: /system.slice/${name}
${tree.join('')}
Nov 27 07:00:00 node-1 k8s.${service}[${running.pid}]:              ├─4242 ${BIN}/${service}
`;
}

const shimText = (pid: number): string =>
  `${BIN}/containerd-shim-runc-v2 -namespace k8s.io -id ${SANDBOX(pid)} -address /run/containerd/containerd.sock`;

const commOf = ({ comm, service }: Running): string => (comm ?? service).slice(0, 15);

function psText(processes: readonly Running[]): string {
  const row = (pid: number, parent: number, argv: string): string =>
    `root     ${String(pid).padStart(7)} ${String(parent).padStart(7)}  0 07:00 ?        00:00:01 ${argv}\n`;
  const shims = processes.flatMap(({ shim }) => (shim === null ? [] : [row(shim, 1, shimText(shim))]));
  const own = processes.map(({ pid, shim, argv }) => row(pid, shim ?? 1, argv));
  return `UID          PID    PPID  C STIME TTY          TIME CMD\n${[row(1, 0, '/sbin/init'), ...shims, ...own].join('')}`;
}

/** As ss pads it: the width of each column is that of its widest cell. */
function ssText(processes: readonly Running[]): string {
  const rows = processes.flatMap((one) =>
    one.listens.map((listen) => {
      const [protocol = '', local = ''] = listen.split(' ');
      // The kernel holds the port of a tunnel.
      const users = protocol === 'udp' ? '' : `users:(("${commOf(one)}",pid=${one.pid},fd=7))`;
      return { protocol, local, peer: local.startsWith('*') ? '*:*' : '0.0.0.0:*', users };
    }),
  );
  const width = (cell: (row: (typeof rows)[number]) => string): number =>
    Math.max(...rows.map((row) => cell(row).length));
  const host = (local: string): string => local.slice(0, local.lastIndexOf(':'));
  const port = (local: string): string => local.slice(local.lastIndexOf(':') + 1);
  const hostWidth = Math.max(
    'Local Address'.length,
    width(({ local }) => host(local)),
  );
  const portWidth = Math.max(
    'Port'.length,
    width(({ local }) => port(local)),
  );
  const peerWidth = Math.max(
    'Peer Address'.length,
    width(({ peer }) => host(peer)),
  );
  const header = `Netid State  Recv-Q Send-Q ${'Local Address'.padStart(hostWidth)}:${'Port'.padEnd(portWidth)} ${'Peer Address'.padStart(peerWidth)}:PortProcess\n`;
  const lines = rows.map(({ protocol, local, peer, users }) => {
    const state = protocol === 'udp' ? 'UNCONN 0      0     ' : 'LISTEN 0      4096  ';
    const address = `${host(local).padStart(hostWidth)}:${port(local).padEnd(portWidth)}`;
    return `${protocol.padEnd(5)} ${state} ${address} ${host(peer).padStart(peerWidth)}:${'*'.padEnd(4)}${users}\n`;
  });
  return header + lines.join('');
}
