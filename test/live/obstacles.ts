import type { DiskFile } from '../lab/disk.js';
import { containerd, type Plan, standIn, tcp, udp, withFiles, withService } from '../lab/plan.js';

export const SESSION = 'user.slice/user-1000.slice/session-3.scope';
const WANTS = '/etc/systemd/system/multi-user.target.wants';

/** What is planted on a bare machine, and what must be said of it. */
export interface Obstacle {
  readonly name: string;
  readonly code: string;
  /** In the sentence: who it is. */
  readonly culprit: RegExp;
  /** The commands that clear it; `PID` stands for that of the service `stand-in`. */
  readonly commands: readonly string[];
  readonly exit?: 0 | 1;
  /** Changes the plan of the machine; taken back where systemd or snapd would have to run the command. */
  readonly plan?: (plan: Plan) => Plan;
  /** Shell commands on the machine. */
  readonly script?: string;
}

export const stand = (name: string, cgroup: string, ...sockets: Parameters<typeof standIn>[0]['sockets']) =>
  standIn({ name, cgroup, sockets });

const enabled = (plan: Plan, unit: string): Plan =>
  withFiles(plan, [[`${WANTS}/${unit}`, { link: `/lib/systemd/system/${unit}` }]]);

export const intruder =
  (...sockets: Parameters<typeof standIn>[0]['sockets']) =>
  (plan: Plan): Plan =>
    withService(plan, stand('stand-in', SESSION, ...sockets));

const KILL = ['sudo kill PID'];
const HELD = { code: 'address-held', culprit: /^stand-in \(pid \d+, .*session-3\.scope\)/, commands: KILL };

export const OBSTACLES: readonly Obstacle[] = [
  { name: "a listener on kubelet's port", ...HELD, plan: intruder(tcp('192.0.2.2', 10250)) },
  { name: 'a port that is bound and does not listen', ...HELD, plan: intruder(tcp('127.0.0.1', 10257, 'bound')) },
  { name: "k8sd's port, which bootstrap does not check", ...HELD, plan: intruder(tcp('0.0.0.0', 6400)) },
  { name: "a port of Cilium's on loopback", ...HELD, plan: intruder(tcp('127.0.0.1', 9879)) },
  { name: 'UDP 8472 of a process', ...HELD, plan: intruder(udp('0.0.0.0', 8472)) },
  {
    name: 'a snap of another',
    code: 'address-held',
    culprit: /snap\.prometheus\.prometheus\.service/,
    commands: ['sudo snap stop --disable prometheus.prometheus'],
    plan: (plan) =>
      withService(plan, stand('prometheus', 'system.slice/snap.prometheus.prometheus.service', tcp('::', 9963))),
  },
  {
    name: 'a port that only bootstrap checks',
    code: 'checked-port-held',
    culprit: /^stand-in .* refuse to run: port 10255 \(needed by: kubelet-read-only\) is already in use$/,
    commands: KILL,
    plan: intruder(tcp('127.0.0.1', 10255)),
  },
  {
    name: 'a BGP daemon',
    code: 'checked-port-held',
    culprit: /port 179 \(needed by: loadbalancer\)/,
    commands: ['sudo systemctl disable --now -- bird.service'],
    plan: (plan) => withService(plan, stand('bird', 'system.slice/bird.service', tcp('0.0.0.0', 179))),
  },
  {
    name: 'a VXLAN device of others',
    code: 'tunnel-port-taken',
    culprit: /^the device ftun0 has UDP port 8472/,
    commands: ['sudo ip link delete ftun0'],
    script: 'ip link add ftun0 type vxlan external dstport 8472 && ip link set ftun0 up',
  },
  {
    name: 'the same, down',
    code: 'tunnel-port-taken',
    culprit: /ftun1/,
    commands: ['sudo ip link delete ftun1'],
    script: 'ip link add ftun1 type vxlan id 7 dstport 8472',
  },
  {
    name: 'devices of an earlier Cilium',
    code: 'leftover-devices',
    culprit: /^cilium_vxlan, cilium_host of Cilium are left/,
    commands: ['sudo ip link delete cilium_vxlan', 'sudo ip link delete cilium_host'],
    script:
      'ip link add cilium_vxlan type vxlan external dstport 8472 && ip link set cilium_vxlan up && ip link add cilium_host type veth peer name cilium_net',
  },
  {
    name: "the directory of containerd's socket",
    code: 'containerd-directory',
    culprit: /^the directory \/run\/containerd exists/,
    commands: ['sudo rm -r --one-file-system -- /run/containerd'],
    script: 'mkdir /run/containerd',
  },
  {
    name: "Docker's containerd",
    code: 'containerd-directory',
    culprit:
      /; containerd \(pid \d+, .*, containerd\.service\) is listening on \/run\/containerd\/containerd\.sock, .*containerd\.sock\.ttrpc/,
    commands: ['sudo systemctl disable --now -- containerd.service', 'sudo rm -r --one-file-system -- /run/containerd'],
    plan: (plan) => {
      const fields = { cgroup: 'system.slice/containerd.service', cri: false, flags: [] };
      const docker = containerd('containerd', '/run/containerd/containerd.sock', fields);
      return enabled(withService(plan, docker), 'containerd.service');
    },
  },
  {
    name: 'no default route',
    code: 'no-default-route',
    culprit: /no default route/,
    commands: ['sudo ip route add default via GATEWAY'],
    script: 'ip route del default',
  },
  {
    name: 'a range of ephemeral ports that is too wide',
    code: 'ephemeral-range',
    culprit: /a port of 10000 to 65535 .*, among which are kubelet localhost:10248\/tcp/,
    commands: ['sudo sysctl -w net.ipv4.ip_local_reserved_ports=9000-9010,10248,10250,10257,10259'],
    script:
      'echo 10000 65535 > /proc/sys/net/ipv4/ip_local_port_range; echo 9000-9010 > /proc/sys/net/ipv4/ip_local_reserved_ports',
  },
  {
    name: 'MicroK8s',
    code: 'microk8s-installed',
    culprit: /MicroK8s is installed .* it has kubelet \*:10250\/tcp/,
    commands: ['sudo snap remove --purge microk8s'],
    plan: (plan) => {
      const unit = 'snap.microk8s.daemon-kubelite.service';
      const kubelite = stand('kubelite', `system.slice/${unit}`, tcp('::', 10250), tcp('::', 10255));
      const directory = '/var/lib/snapd/snap/microk8s';
      const snap: [string, DiskFile][] = [
        [`${directory}/x1/meta/snap.yaml`, 'name: microk8s\n'],
        [`${directory}/current`, { link: 'x1' }],
      ];
      return enabled(withFiles(withService(plan, kubelite), snap), unit);
    },
  },
  {
    name: 'K3s',
    code: 'other-kubernetes-running',
    culprit: /^K3s runs here \(k3s\.service\); it has .*kube-apiserver \*:6443\/tcp/,
    commands: ['sudo systemctl disable --now -- k3s.service'],
    plan: (plan) =>
      withService(plan, stand('k3s-server', 'system.slice/k3s.service', tcp('::', 6443), tcp('::', 10250))),
  },
  {
    name: 'K3s that does not run',
    code: 'other-kubernetes-enabled',
    culprit: /^K3s .* starts with the machine \(k3s\.service\)/,
    commands: ['sudo systemctl disable --now -- k3s.service'],
    plan: (plan) => enabled(plan, 'k3s.service'),
  },
  {
    name: 'what RKE2 left',
    code: 'other-kubernetes-files',
    culprit: /^RKE2 was installed here: \/var\/lib\/rancher\/rke2 exists/,
    commands: ['sudo rm -r --one-file-system -- /var/lib/rancher/rke2'],
    plan: (plan) => withFiles(plan, [['/var/lib/rancher/rke2/server/token', '']]),
  },
  {
    name: "kubeadm's kubelet",
    code: 'other-kubernetes-running',
    culprit: /kubeadm runs here \(kubelet\.service\); it has kubelet \*:10250\/tcp/,
    commands: ['sudo systemctl disable --now -- kubelet.service'],
    plan: (plan) => withService(plan, stand('kubelet', 'system.slice/kubelet.service', tcp('::', 10250))),
  },
  {
    name: 'an etcd that starts with the machine',
    code: 'other-service-enabled',
    culprit: /etcd\.service/,
    commands: ['sudo systemctl disable --now -- etcd.service'],
    plan: (plan) => enabled(plan, 'etcd.service'),
  },
  {
    name: 'state of k8sd',
    code: 'leftover-state',
    culprit: /\/var\/snap\/k8s\/common\/var\/lib\/k8sd\/state\/daemon\.yaml/,
    commands: ['sudo snap remove --purge k8s'],
    plan: (plan) =>
      withFiles(plan, [['/var/snap/k8s/common/var/lib/k8sd/state/daemon.yaml', 'name: x\naddress: 192.0.2.2:6400\n']]),
  },
  // Last: its connections to itself are in TIME_WAIT for a minute.
  {
    name: 'an etcd of the distribution, on loopback',
    code: 'address-held',
    culprit: /^etcd \(pid \d+, .*, etcd\.service\) is listening on 127\.0\.0\.1:2379, user root, running since 2/,
    commands: ['sudo systemctl disable --now -- etcd.service'],
    plan: (plan) => {
      const urls = ['--listen-client-urls=http://127.0.0.1:2379', '--listen-peer-urls=http://127.0.0.1:12380'];
      const etcd = { program: 'etcd', name: 'etcd', cgroup: 'system.slice/etcd.service', flags: urls } as const;
      return enabled(withService(plan, etcd), 'etcd.service');
    },
  },
];
