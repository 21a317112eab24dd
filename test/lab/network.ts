import { readFile } from 'node:fs/promises';
import type { Addresses, DefaultRoute, Node, Vxlan } from './plan.js';
import { waitFor } from './wait.js';

/** Bit of the flags in /proc/net/if_inet6 (linux/if_addr.h). */
const IFA_F_TENTATIVE = 0x40;

/**
 * Two interfaces, one of them with a default route that leads nowhere. They are the ends of a veth pair, because not every kernel
 * has the driver for dummy interfaces.
 */
export function interfacesScript({ addresses }: Node): string {
  const common = `
    # Services of users other than root bind to ports below 1024, as their units' capabilities let them on a node.
    echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
    ip link add eth0 type veth peer name eth1
    ip address add ${addresses.ipv4}/24 dev eth0
    ip address add ${addresses.other}/24 dev eth1
    ip link set lo up
    ip link set eth0 up
    ip link set eth1 up
  `;
  if (addresses.ipv6 === null) return `echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6\n${common}`;
  return `
    # Nobody answers here, so there is nothing to find out by duplicate address detection but that it takes a second.
    echo 0 > /proc/sys/net/ipv6/conf/all/accept_dad
    echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
    ${common}
    ip address add ${addresses.ipv6}/64 dev eth0 nodad
  `;
}

export function defaultRouteScript(action: 'add' | 'del', route: DefaultRoute, { ipv4, ipv6 }: Addresses): string {
  const ways: Readonly<
    Record<DefaultRoute, { readonly before: string; readonly route: string; readonly after: string }>
  > = {
    'one-hop': { before: '', route: 'via 192.0.2.1 dev eth0', after: '' },
    'two-hops': {
      before: '',
      route: 'nexthop via 198.51.100.1 dev eth1 nexthop via 192.0.2.1 dev eth0',
      after: '',
    },
    'address-on-lo': {
      before: `
          ip address del ${ipv4}/24 dev eth0
          ip address add ${ipv4}/32 dev lo
          ip address add 203.0.113.2/24 dev eth0`,
      route: `via 203.0.113.1 dev eth0 src ${ipv4}`,
      after: `
          ip address del 203.0.113.2/24 dev eth0
          ip address del ${ipv4}/32 dev lo
          ip address add ${ipv4}/24 dev eth0`,
    },
    'nexthop-object': {
      before: `
          echo 0 > /proc/sys/net/ipv4/nexthop_compat_mode
          ip nexthop add id 7 via 192.0.2.1 dev eth0`,
      route: 'nhid 7',
      after: `
          ip nexthop del id 7
          echo 1 > /proc/sys/net/ipv4/nexthop_compat_mode`,
    },
  };
  const { before, route: way, after } = ways[route];
  const v4 = `ip route ${action} default metric 100 ${way}`;
  const v6 = ipv6 === null ? '' : `ip -6 route ${action} default via fd00:2::1 dev eth0 metric 100`;
  return action === 'add' ? `${before}\n${v4}\n${v6}` : `${v4}\n${v6}\n${after}`;
}

/** Creates the device of a kernel socket, like Cilium in tunnel mode. */
export function vxlanScript({ device }: Vxlan): string {
  return `ip link add ${device} type vxlan external dstport 8472 && ip link set ${device} up`;
}

/** @param pid a process in the network namespace */
export async function addressesUsable(pid: number): Promise<void> {
  await waitFor('IPv6 addresses to be usable', async () => {
    const lines = (await readFile(`/proc/${pid}/net/if_inet6`, 'utf8')).trim().split('\n');
    const tentative = lines.some((line) => (Number.parseInt(line.split(' ')[4] ?? '0', 16) & IFA_F_TENTATIVE) !== 0);
    return tentative ? null : true;
  });
}
