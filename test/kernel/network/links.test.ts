import t from 'tap';
import { linkOf } from '../../../src/kernel/network/links.js';
import { attribute, linkHeader, message, NESTED, text, u8, u16be, u32 } from './messages.js';

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_LINKINFO = 18;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INFO_XSTATS = 3;
const IFLA_VXLAN_ID = 1;
const IFLA_VXLAN_PORT = 15;
const IFLA_GENEVE_PORT = 5;
const IFLA_BAREUDP_PORT = 1;
const IFF_UP = 1;
const IFF_RUNNING = 0x40;

const name = (value: string): Buffer => attribute(IFLA_IFNAME, text(value));
const info = (kind: string, ...data: Buffer[]): Buffer =>
  attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, text(kind)), attribute(IFLA_INFO_DATA, ...data));

t.test('a link: name, index, whether it is up, kind and the port of its socket', (t) => {
  const vxlan = [attribute(IFLA_VXLAN_ID, u32(1)), attribute(IFLA_VXLAN_PORT, u16be(8472)), attribute(99, u8(1))];
  const cases: [string, Parameters<typeof message>, ReturnType<typeof linkOf>][] = [
    [
      'hardware',
      [linkHeader(2, IFF_UP | IFF_RUNNING), attribute(IFLA_ADDRESS, Buffer.alloc(6)), name('eth0')],
      { index: 2, name: 'eth0', up: true, kind: null, port: null },
    ],
    [
      'vxlan',
      [linkHeader(7, IFF_UP), name('cilium_vxlan'), info('vxlan', ...vxlan)],
      { index: 7, name: 'cilium_vxlan', up: true, kind: 'vxlan', port: 8472 },
    ],
    [
      'down',
      [linkHeader(7, IFF_RUNNING), name('cilium_vxlan'), info('vxlan', ...vxlan)],
      { index: 7, name: 'cilium_vxlan', up: false, kind: 'vxlan', port: 8472 },
    ],
    [
      'geneve',
      [linkHeader(8, IFF_UP), name('cilium_geneve'), info('geneve', attribute(IFLA_GENEVE_PORT, u16be(6081)))],
      { index: 8, name: 'cilium_geneve', up: true, kind: 'geneve', port: 6081 },
    ],
    [
      'bareudp',
      [linkHeader(9, IFF_UP), name('b0'), info('bareudp', attribute(IFLA_BAREUDP_PORT, u16be(6635)))],
      { index: 9, name: 'b0', up: true, kind: 'bareudp', port: 6635 },
    ],
    [
      'wireguard, whose port rtnetlink does not tell',
      [linkHeader(10, IFF_UP), name('cilium_wg0'), info('wireguard')],
      { index: 10, name: 'cilium_wg0', up: true, kind: 'wireguard', port: null },
    ],
    [
      'veth, whose data has other attributes under the numbers of ports',
      [linkHeader(11, IFF_UP), name('lxc1'), info('veth', attribute(IFLA_VXLAN_PORT, u16be(8472)))],
      { index: 11, name: 'lxc1', up: true, kind: 'veth', port: null },
    ],
    [
      'the flag that marks nested attributes',
      [
        linkHeader(12, IFF_UP),
        name('v'),
        attribute(
          IFLA_LINKINFO | NESTED,
          attribute(IFLA_INFO_KIND, text('vxlan')),
          attribute(IFLA_INFO_DATA | NESTED, attribute(IFLA_VXLAN_PORT, u16be(4789))),
          attribute(IFLA_INFO_XSTATS, u32(1)),
        ),
      ],
      { index: 12, name: 'v', up: true, kind: 'vxlan', port: 4789 },
    ],
    [
      'vxlan that tells no data',
      [linkHeader(13, 0), name('v'), attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, text('vxlan')))],
      { index: 13, name: 'v', up: false, kind: 'vxlan', port: null },
    ],
    [
      'a port that is too short',
      [linkHeader(14, 0), name('v'), info('vxlan', attribute(IFLA_VXLAN_PORT, u8(1)))],
      { index: 14, name: 'v', up: false, kind: 'vxlan', port: null },
    ],
    ['nothing', [linkHeader(15, 0)], { index: 15, name: '', up: false, kind: null, port: null }],
  ];
  for (const [what, parts, expected] of cases) t.strictSame(linkOf(message(...parts)), expected, what);
  t.end();
});

t.test('a device name can hold any bytes', (t) => {
  const odd = message(linkHeader(1, 0), attribute(IFLA_IFNAME, Buffer.from('a\xff\x1b\0', 'latin1')));
  t.equal(linkOf(odd).name, 'a\\xff\x1b');
  const unended = message(linkHeader(1, 0), attribute(IFLA_IFNAME, Buffer.from('eth0')));
  t.equal(linkOf(unended).name, 'eth0');
  t.end();
});

t.test('nested attributes whose lengths do not fit are an error, not a link without a kind', (t) => {
  const broken = Buffer.from([200, 0, 1, 0, 0x76]);
  t.throws(() => linkOf(message(linkHeader(1, 0), attribute(IFLA_LINKINFO, broken))), /Invalid attribute length/);
  t.throws(() => message(linkHeader(1, 0), Buffer.from([8, 0, 3, 0, 0x76])), /Invalid attribute length/);
  t.end();
});
