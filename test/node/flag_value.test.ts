import t from 'tap';
import { endpointOf, storedValue, urlEndpoints, type ValueKind } from '../../src/node/flag_value.js';

t.test('values are stored in one form, and nothing else is', (t) => {
  const cases: readonly (readonly [kind: ValueKind, text: string, stored: string | null])[] = [
    ['port', '6443', '6443'],
    ['port', '0', '0'],
    ['port', '06443', '6443'],
    ['port', '65536', null],
    ['port', 'https', null],
    ['port', '', null],
    ['address', '127.0.0.1', '127.0.0.1'],
    ['address', '::FFFF:127.0.0.1', '::ffff:127.0.0.1'],
    ['address', 'localhost', null],
    ['address', '127.0.0.1 password', null],
    ['address', 'fe80::1%eth0', null],
    ['endpoint', ':6443', ':6443'],
    ['endpoint', '0.0.0.0:10256', '0.0.0.0:10256'],
    ['endpoint', '[::]:10256', '[::]:10256'],
    ['endpoint', '10256', null],
    ['endpoint', 'node-7:6400', null],
    ['urls', 'https://192.0.2.1:2379,https://127.0.0.1:2379', 'https://192.0.2.1:2379,https://127.0.0.1:2379'],
    ['urls', 'https://u:p@[::1]:2379/x?y#z', 'https://[::1]:2379'],
    ['urls', 'https://etcd.example:2379', 'https://etcd.example:2379'],
    ['urls', 'unix:///var/k8s-dqlite.sock', 'unix:///var/k8s-dqlite.sock'],
    ['urls', 'https://192.0.2.1:2379,secret', null],
    ['urls', 'ftp://192.0.2.1:2379', null],
    ['path', '/run//containerd.sock', '/run/containerd.sock'],
    ['path', 'unix:///run/containerd.sock', '/run/containerd.sock'],
    ['path', 'run/containerd.sock', null],
    ['path', '/run/\u001b[2J', null],
  ];
  for (const [kind, text, stored] of cases) t.equal(storedValue(kind, text), stored, `${kind} ${text}`);
  t.end();
});

t.test('endpoints of values', (t) => {
  t.strictSame(endpointOf(':6443'), { address: null, port: 6443 });
  t.strictSame(endpointOf('localhost:2379'), { address: 'localhost', port: 2379 });
  t.equal(endpointOf('a:b:1'), null);
  t.strictSame(urlEndpoints('https://127.0.0.1:2379,unix:///x,http://[::1]:1'), [
    { address: '127.0.0.1', port: 2379 },
    { address: '::1', port: 1 },
  ]);
  t.end();
});
