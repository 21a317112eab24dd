import t from 'tap';
import { withKernelOwners } from '../../../src/kernel/network/kernel_owners.js';
import { listener, processOwner } from '../../verdict/factory.js';

const TUNNELS = [
  { device: 'cilium_vxlan', kind: 'vxlan', port: 8472 },
  { device: 'ftun0', kind: 'vxlan', port: 4789 },
  { device: 'a', kind: 'vxlan', port: 5000 },
  { device: 'b', kind: 'vxlan', port: 5000 },
];
const vxlan = { kind: 'kernel', device: 'cilium_vxlan', deviceKind: 'vxlan' } as const;

t.test("a UDP socket that nobody holds is the kernel's where a device proves it", (t) => {
  const udp = { protocol: 'udp', ownersUnknown: 'not-found' } as const;
  const owner = processOwner('x');
  const cases: [string, ReturnType<typeof listener>, unknown[], string | null][] = [
    ['the port of a device', listener('0.0.0.0', 8472, udp), [vxlan], null],
    ['its IPv6 twin', listener('::', 8472, udp), [vxlan], null],
    ['without permission as well', listener('0.0.0.0', 8472, { ...udp, ownersUnknown: 'permission' }), [vxlan], null],
    [
      'two devices share one socket',
      listener('0.0.0.0', 5000, udp),
      ['a', 'b'].map((device) => ({ ...vxlan, device })),
      null,
    ],
    ['no device of that port: a holder may be hidden', listener('0.0.0.0', 8473, udp), [], 'not-found'],
    ['held by a process', listener('0.0.0.0', 8472, { ...udp, owners: [owner], ownersUnknown: null }), [owner], null],
    ['TCP of the same number', listener('0.0.0.0', 8472, { ownersUnknown: 'not-found' }), [], 'not-found'],
    ['nobody looked', listener('0.0.0.0', 8472, { ...udp, ownersUnknown: 'not-looked' }), [], 'not-looked'],
  ];
  for (const [what, one, owners, unknown] of cases) {
    const [result] = withKernelOwners([one], TUNNELS);
    t.strictSame(result, { ...one, owners, ownersUnknown: unknown }, what);
  }
  t.end();
});
