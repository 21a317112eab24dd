import t from 'tap';
import { parseAddressList } from '../../../src/evidence/facts/ip_address.js';

const PLAIN = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
    inet6 ::1/128 scope host noprefixroute
3: eth0@if4: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff link-netns node
    altname enp0s3
    inet 192.0.2.2/24 brd 192.0.2.255 scope global dynamic eth0
       valid_lft 86000sec preferred_lft 86000sec
    inet6 2001:DB8::2/64 scope global
    inet6 fe80::1/64 scope link
9: tun0: <POINTOPOINT,NOARP> mtu 1500 qdisc noop state DOWN group default qlen 500
    link/none
    inet 10.9.0.1 peer 10.9.0.2/32 scope global tun0
`;

t.test('addresses of each device; that of a peer is not ours', (t) => {
  const list = parseAddressList(PLAIN);
  t.strictSame(
    list?.links.map(({ index, name, up }) => [index, name, up]),
    [
      [1, 'lo', true],
      [3, 'eth0', true],
      [9, 'tun0', false],
    ],
  );
  t.strictSame(
    list?.addresses.map(({ index, address, linkLocal }) => [index, address, linkLocal]),
    [
      [1, '127.0.0.1', false],
      [1, '::1', false],
      [3, '192.0.2.2', false],
      [3, '2001:db8::2', false],
      [3, 'fe80::1', true],
      [9, '10.9.0.1', false],
    ],
  );
  t.equal(list?.hasDetails, false);
  t.end();
});

t.test('with -d: kinds and ports of tunnels', (t) => {
  const list = parseAddressList(`5: cilium_vxlan: <BROADCAST,UP> mtu 1450 qdisc noqueue state UNKNOWN
    link/ether 6a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0 minmtu 68 maxmtu 65535
    vxlan external id 0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300 numtxqueues 1
    inet 10.1.0.5/32 scope global cilium_vxlan
6: g0: <BROADCAST> mtu 1450 qdisc noop state DOWN
    link/ether 6a:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff promiscuity 0
    geneve id 7 remote 192.0.2.9 ttl auto dstport 6081 udpcsum numtxqueues 1
7: wg0: <POINTOPOINT,NOARP,UP> mtu 1420 qdisc noqueue state UNKNOWN
    link/none promiscuity 0 minmtu 0
    wireguard numtxqueues 1
8: d0: <BROADCAST,NOARP,UP> mtu 1500
    link/ether 6a:00:00:00:00:03 brd ff:ff:ff:ff:ff:ff promiscuity 0
    dummy numtxqueues 1
`);
  t.strictSame(
    list?.links.map(({ name, kind, port }) => [name, kind, port]),
    [
      ['cilium_vxlan', 'vxlan', 8472],
      ['g0', 'geneve', 6081],
      ['wg0', 'wireguard', null],
      ['d0', 'dummy', null],
    ],
  );
  t.equal(list?.hasDetails, true);
  t.end();
});

t.test('anything else is not taken for a node without addresses', (t) => {
  for (const text of ['', 'bash: ip: command not found\n', 'Object "a" is unknown, try "ip help".\n', '192.0.2.2\n']) {
    t.equal(parseAddressList(text), null, text);
  }
  t.end();
});

t.test('links without a single address are no list of addresses', (t) => {
  t.equal(parseAddressList(PLAIN.replace(/^ +inet.*\n/gm, '')), null);
  t.end();
});
