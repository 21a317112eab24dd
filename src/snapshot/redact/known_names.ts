import { COMM_LENGTH } from '../../kernel/owners/owner.js';
import type { Spec } from '../../spec/spec.js';
import { matchesName } from '../../verdict/glob.js';
import { DEVICES } from '../../verdict/owner_match.js';

/** Common programs, and their units and packages, which do not identify a site. */
const PROGRAMS = `
  agetty apache2 atd auditd autofs avahi-daemon bash bird bird6 calico-node caddy chrony chronyd cloud-init conmon
  containerd containerd-shim containerd-shim-runc-v2 coredns cri-o crio cron cups cupsd dbus dbus-broker dbus-daemon dhclient
  dhcpcd dnsmasq docker docker-proxy dockerd dropbear envoy exim4 falco felix firewalld flanneld fluent-bit fluentd getty
  gpg-agent haproxy iscsid java k3s kata-agent keepalived kube-vip kubernetes libvirtd lldpd lvmetad lxd master memcached metallb
  microk8s multipathd mysqld named networkd-dispatcher nfsd nginx node node_exporter ntpd ntpsec openvpn oom perl php php-fpm
  pipewire podman polkitd postgres prometheus pulseaudio python python2 python3 qemu rabbitmq redis-server redis rpc.mountd
  rpc.statd rpcbind rsyslogd ruby salt-minion sh snapd snmpd squid ssh ssh-agent sshd strongswan supervisord syslog-ng
  systemd systemd-journald systemd-logind systemd-networkd systemd-oomd systemd-resolved systemd-timesyncd systemd-udevd
  systemd-machined tailscaled teleport telegraf tmux udisksd unbound unattended-upgrades uuidd vector vsftpd wpa_supplicant
  xinetd zabbix_agentd zabbix_agent2 zed
`;

/** Common directories, and words in names made by systemd, container runtimes and snaps. */
const DIRECTORIES = `
  bin boot common current data dev etc games home io lib lib32 lib64 libexec local lock log mnt opt org proc private
  pub root run runtime sbin share snap spool srv state sys tmp usr var user www
  app background besteffort bpf buildkit burstable bus cache cgroup cgroupns cni cri cri-containerd daemon default destroyed
  dm-event events files freedesktop fs garden grpc host init instances io runtime task journal k8s k8s.io
  kernel kube kubelet kubepods kubernetes libpod linux machine manager moby netns notify nri object pod pods podresources
  plugins plugins_registry registry rootfs s sandbox scope security self service session shim slice snapd-snap socket sockets
  stdout storage sock system system.control task tasks tty ttrpc udev unix unix-socket user-runtime-dir userdb v1 v2 varlink
  net tcp udp raw ns lxcfs X11-unix .X11-unix X0 ICE-unix localhost vxlan geneve wireguard bareudp gtp
  pod-resources device-plugins cilium hubble health monitor xds admin access_log tetragon
`;

/** Default device names (systemd.net-naming-scheme(7)), and tunnels of network plugins. */
const COMMON_DEVICES =
  /^(?:lo|#\d+|eth\d{1,3}|en[ospx]\d{1,4}(?:[sfdnp]\d{1,4}){0,4}|ib\d{1,2}|wlan\d{1,2}|bond\d{1,2}|br\d|docker0|cni0|lxdbr0|virbr0|cilium_(?:host|net|vxlan|geneve|wg0)|lxc_health|kube-ipvs0|kube-bridge|nodelocaldns|vxlan\.calico|vxlan-v6\.calico|flannel[.-]v?\d{1,5}|ftun\d{1,2}|fan-\d{1,3}|wg\d{1,2}|tun\d{1,2}|tap\d{1,2}|tunl0|sit0|ip6tnl0|gre0|dummy\d|vxlan_sys_4789|genev_sys_6081|ovn-k8s-mp0|br-int|br-ex)$/;

/** Names that are kept: those of the spec, of common programs and of common directories. */
export class KnownNames {
  readonly #names: ReadonlySet<string>;
  readonly #fullLength: readonly string[];
  readonly #devices: ReadonlySet<string>;
  readonly #devicePatterns: readonly string[];

  constructor(spec: Spec) {
    const names = new Set([...wordsOf(PROGRAMS), ...wordsOf(DIRECTORIES), ...namesOf(spec)]);
    this.#fullLength = [...names].filter((name) => name.length === COMM_LENGTH);
    for (const name of [...names]) names.add(name.slice(0, COMM_LENGTH));
    this.#names = names;
    const devices = [
      ...[...DEVICES.values()].flat(),
      ...[...spec.notes.services.values()].flatMap(({ devices }) => devices),
      ...spec.notes.listeners.flatMap(({ devices }) => devices),
    ];
    this.#devices = new Set(devices);
    this.#devicePatterns = devices.filter((pattern) => pattern.includes('*'));
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether a name that netstat cut, at 11 bytes or more, can be a known one. */
  hasCut(name: string): boolean {
    return name.length > 10 && [...this.#names].some((known) => known.startsWith(name));
  }

  /** A known name of exactly comm's length that `name` continues after a hyphen, since owners are matched by it. */
  beginningOf(name: string): string | null {
    return this.#fullLength.find((known) => name.startsWith(`${known}-`)) ?? null;
  }

  hasDevice(device: string): boolean {
    if (COMMON_DEVICES.test(device) || this.#devices.has(device)) return true;
    return this.#devicePatterns.some((pattern) => matchesName(device, pattern));
  }
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** All names that owners and paths are compared with. */
function namesOf({ rows, notes, builtin }: Spec): string[] {
  const services = [...notes.services].flatMap(([service, note]) => [service, ...note.names, ...unitsOf(note.units)]);
  return [
    ...[...rows, ...builtin.flatMap((page) => page.rows)].flatMap((row) => [
      row.service,
      ...(row.kind === 'unix' ? row.path.split('/') : []),
    ]),
    ...services,
    ...unitsOf(notes.sharedUnits),
    ...notes.rows.flatMap(({ serviceByRole, paths }) => [
      ...Object.values(serviceByRole),
      ...paths.flatMap((path) => path.split('/').filter((part) => !part.includes('*'))),
    ]),
    ...notes.listeners.flatMap(({ owners }) => owners),
  ].filter((name) => name !== '');
}

/** With and without their suffix. */
function unitsOf(units: readonly string[]): string[] {
  return units.flatMap((unit) => [unit, unit.replace(/\.[a-z]+$/, '')]);
}
