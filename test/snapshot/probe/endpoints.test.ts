import t from 'tap';
import type { OwnedListener } from '../../../src/kernel/owners/owner.js';
import { endpointsOf } from '../../../src/snapshot/probe/endpoints.js';
import { builtinSpec } from '../../../src/spec/builtin.js';
import { held, listener, placed } from '../../verdict/factory.js';

const { notes } = builtinSpec();
const INTERFACES = [
  { name: 'lo', index: 1, addresses: ['127.0.0.1', '::1'] },
  { name: 'eth0', index: 2, addresses: ['192.0.2.2', 'fd00::2'] },
  { name: 'cilium_vxlan', index: 3, addresses: [] },
];

/** Where kubelet is asked: `127.0.0.1 10250`, and why not. */
function endpoints(own: readonly OwnedListener[], ...others: OwnedListener[]): string[] {
  return endpointsOf(own, [...own, ...others], 'kubelet', notes, INTERFACES).map(({ address, port, refusal }) =>
    [address, port, ...(refusal === null ? [] : [refusal])].join(' '),
  );
}

t.test('where listeners are reached', (t) => {
  const cases: [address: string, v6only: boolean | null, reached: string][] = [
    ['192.0.2.2', null, '192.0.2.2 1'],
    ['::ffff:192.0.2.2', false, '192.0.2.2 1'],
    ['fd00::2', true, 'fd00::2 1'],
    ['0.0.0.0', null, '127.0.0.1 1'],
    ['::', false, '127.0.0.1 1'],
    ['::', true, '::1 1'],
    ['::', null, '::1 1'],
    ['::ffff:0.0.0.0', false, '127.0.0.1 1'],
  ];
  for (const [address, v6only, reached] of cases) {
    t.strictSame(endpoints([placed('kubelet', address, 1, { v6only })]), [reached], address);
  }
  t.strictSame(
    endpoints([placed('kubelet', '0.0.0.0', 1), placed('kubelet', '127.0.0.1', 1), placed('kubelet', '0.0.0.0', 1)]),
    ['127.0.0.1 1'],
    'each place once',
  );
  t.end();
});

t.test('only the service itself is asked', (t) => {
  const own = placed('kubelet', '0.0.0.0', 1);
  t.strictSame(endpoints([own], placed('etcd', '127.0.0.1', 1)), ['127.0.0.1 1 owner-differs']);
  t.strictSame(endpoints([own], listener('127.0.0.1', 1)), ['127.0.0.1 1 owner-differs'], 'an unseen owner');
  t.strictSame(endpoints([own], held('kubelet', '0.0.0.0', 1)), ['127.0.0.1 1 owner-differs'], 'SO_REUSEPORT');
  t.strictSame(endpoints([own], placed('etcd', '192.0.2.2', 1), placed('etcd', '127.0.0.1', 2)), ['127.0.0.1 1']);
  t.strictSame(endpoints([placed('kubelet', '192.0.2.2', 1)], placed('etcd', '0.0.0.0', 1)), ['192.0.2.2 1']);
  t.strictSame(endpoints([placed('etcd', '0.0.0.0', 1), listener('0.0.0.0', 1)]), [], 'nor sockets in its place');
  t.end();
});

t.test('only what would take the connection counts', (t) => {
  const own = placed('kubelet', '0.0.0.0', 1);
  const other = (address: string, changes: Partial<OwnedListener> = {}) => placed('etcd', address, 1, changes);
  t.strictSame(endpoints([own], other('::', { v6only: true })), ['127.0.0.1 1']);
  t.strictSame(endpoints([own], other('::', { v6only: false })), ['127.0.0.1 1 owner-differs']);
  t.strictSame(endpoints([own], other('::', { v6only: null })), ['127.0.0.1 1 owner-differs']);
  t.strictSame(endpoints([placed('kubelet', '::', 1, { v6only: true })], other('0.0.0.0')), ['::1 1']);
  t.strictSame(endpoints([own], other('127.0.0.1', { device: 'eth0' })), ['127.0.0.1 1']);
  t.strictSame(endpoints([own], other('127.0.0.1', { device: 'lo' })), ['127.0.0.1 1 owner-differs']);
  t.end();
});

t.test('a listener on a device is asked at an address of that device', (t) => {
  const onDevice = (device: string, address = '0.0.0.0') =>
    placed('kubelet', address, 1, { device, v6only: address.includes('.') ? null : true });
  t.strictSame(endpoints([onDevice('eth0')]), ['192.0.2.2 1']);
  t.strictSame(endpoints([onDevice('eth0', '::')]), ['fd00::2 1']);
  t.strictSame(endpoints([onDevice('eth0', '192.0.2.2')]), ['192.0.2.2 1']);
  t.strictSame(endpoints([onDevice('eth0', '127.0.0.1')]), ['127.0.0.1 1 bound-to-device']);
  t.strictSame(endpoints([onDevice('cilium_vxlan')]), ['0.0.0.0 1 bound-to-device']);
  t.strictSame(endpoints([onDevice('cilium_vxlan', '::')]), [':: 1 bound-to-device']);
  t.strictSame(endpoints([onDevice('lo')]), ['127.0.0.1 1']);
  const beside = (changes: Partial<OwnedListener>) => placed('etcd', '0.0.0.0', 1, changes);
  t.strictSame(endpoints([onDevice('eth0')], beside({ device: 'lo' })), ['192.0.2.2 1']);
  t.strictSame(endpoints([onDevice('eth0')], beside({ device: 'eth0' })), ['192.0.2.2 1 owner-differs']);
  t.end();
});

t.test('a name is no evidence', (t) => {
  const own = held('other', '127.0.0.1', 1);
  const [only] = endpointsOf([own], [own], 'other', notes, INTERFACES);
  t.equal(only?.refusal, 'owner-by-name');
  t.end();
});
